import Foundation

/// The terminal that standard output goes to.
struct Screen {
  /// Columns of text.
  let width: Int
  private let hasColors: Bool

  /// Nil if standard output goes to a file or a pipe: then nothing is drawn.
  static let current: Screen? = {
    guard isatty(STDOUT_FILENO) == 1 else { return nil }
    var size = winsize()
    let answered = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    let environment = ProcessInfo.processInfo.environment
    return Screen(
      width: answered ? Int(size.ws_col) : 80,
      // https://no-color.org
      hasColors: environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb")
  }()

  init(width: Int, hasColors: Bool) {
    self.width = width
    self.hasColors = hasColors
  }

  func bold(_ text: String) -> String { styled(text, 1) }
  func dim(_ text: String) -> String { styled(text, 2) }
  func colored(_ text: String) -> String { styled(text, 36) }

  private func styled(_ text: String, _ code: Int) -> String {
    hasColors && !text.isEmpty ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
  }
}
