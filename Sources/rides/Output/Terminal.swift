import Foundation

/// Standard output and error as commands use them.
enum Terminal {
  /// True when somebody watches what is written to standard error.
  static let isInteractive = isatty(STDERR_FILENO) == 1

  /// Writes a line to standard output. Ends the program quietly if nobody reads it any more.
  static func print(_ line: String) {
    write(line + "\n", to: STDOUT_FILENO)
  }

  static func print(json: [UInt8]) {
    print(String(decoding: json, as: UTF8.self))
  }

  /// Writes lines that are ended already to standard output.
  static func write(_ bytes: [UInt8]) { write(bytes[...], to: STDOUT_FILENO) }

  /// Says what is wrong, on one line of standard error.
  static func error(_ message: String) {
    line("rides: \(message)")
  }

  /// Writes one line to standard error, in place of what shows the progress.
  static func line(_ text: String) {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    write((isInteractive ? "\r\u{1b}[K" : "") + line + "\n", to: STDERR_FILENO)
  }

  /// Writes a line of a log to standard error.
  static func log(_ text: String) { line(text) }

  /// A line of standard error that each call replaces; nothing in a pipe.
  static func progress(_ text: String) {
    if isInteractive { write("\r\u{1b}[K\(text)", to: STDERR_FILENO) }
  }

  static func endProgress() {
    if isInteractive { write("\r\u{1b}[K", to: STDERR_FILENO) }
  }

  private static func write(_ text: String, to descriptor: Int32) { write(Array(text.utf8)[...], to: descriptor) }

  private static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) {
    var bytes = bytes
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { exit(descriptor == STDOUT_FILENO ? 0 : 1) }
      bytes = bytes.dropFirst(count)
    }
  }
}
