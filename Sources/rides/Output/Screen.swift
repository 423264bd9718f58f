import Foundation

/// The terminal that standard output goes to.
struct Screen {
  /// Columns of text.
  let width: Int
  private let hasColors: Bool

  /// Nil if standard output goes to a file or a pipe: then nothing is drawn.
  static let current: Screen? = {
    guard isatty(STDOUT_FILENO) == 1 else { return nil }
    let environment = ProcessInfo.processInfo.environment
    return Screen(
      width: width(of: STDOUT_FILENO),
      // https://no-color.org
      hasColors: environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb")
  }()

  /// How many columns a terminal has: COLUMNS, or what it says, or 80.
  static func width(of descriptor: Int32) -> Int {
    if let columns = ProcessInfo.processInfo.environment["COLUMNS"].flatMap(Int.init), columns > 0 { return columns }
    var size = winsize()
    return ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  init(width: Int, hasColors: Bool) {
    self.width = width
    self.hasColors = hasColors
  }

  func bold(_ text: String) -> String { styled(text, 1) }
  func dim(_ text: String) -> String { styled(text, 2) }
  func colored(_ text: String) -> String { styled(text, 36) }

  private func styled(_ text: String, _ code: Int) -> String {
    let text = text.printable
    return hasColors && !text.isEmpty ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
  }
}
