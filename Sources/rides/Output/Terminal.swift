import Foundation

/// Standard output and error as commands use them.
///
/// What is for people is made printable here: no text from outside steers a terminal. What standard output does not take ends
/// the program: with 74 and a message, or quietly, as SIGPIPE would, if nobody reads it any more. What standard error does not
/// take is lost.
enum Terminal {
  /// True when somebody watches what is written to standard error.
  static let isInteractive = isatty(STDERR_FILENO) == 1

  /// The exit status when nobody reads standard output any more: that of a program that SIGPIPE ended.
  static let closedPipeStatus: Int32 = 128 + SIGPIPE

  /// Writes a line for people to standard output.
  static func print(_ line: String) { write(Array((line.printable + "\n").utf8)) }

  /// Writes a table to standard output.
  static func print(_ table: Table) { print(drawn: table.lines(on: .current).joined(separator: "\n")) }

  /// Writes lines whose parts are printable already, drawn for a screen, to standard output.
  static func print(drawn lines: String) { write(Array((lines + "\n").utf8)) }

  /// Writes a line of data to standard output: as it is, or printable if that is a terminal.
  static func print(data line: String) {
    write(Array(((isatty(STDOUT_FILENO) == 1 ? line.printable : line) + "\n").utf8))
  }

  /// Writes a line of JSON to standard output.
  static func print(json: [UInt8]) {
    write(Array((String(decoding: json, as: UTF8.self).printableJSON + "\n").utf8))
  }

  /// Writes to standard output what is written in full already.
  static func write(_ bytes: [UInt8]) {
    do throws(OutputDescriptor.Problem) {
      try OutputDescriptor.standardOutput.write(bytes)
    } catch {
      if !error.isClosedPipe { self.error(error.failure.message) }
      exit(error.isClosedPipe ? closedPipeStatus : error.failure.status)
    }
  }

  /// Empties the screen.
  static func clear() { write(Array("\u{1b}[H\u{1b}[2J\u{1b}[3J".utf8)) }

  /// Says what is wrong, on one line of standard error.
  static func error(_ message: String) {
    line("rides: \(message)")
  }

  /// Writes one line to standard error, in place of what shows the progress.
  static func line(_ text: String) {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ").printable
    write(toError: (isInteractive ? "\r\u{1b}[K" : "") + line + "\n")
  }

  /// Writes a line of a log to standard error.
  static func log(_ text: String) { line(text) }

  /// A line of standard error that each call replaces; nothing in a pipe.
  static func progress(_ text: String) {
    // A line that goes over the edge could not be replaced.
    if isInteractive { write(toError: "\r\u{1b}[K\(text.printable.cut(to: Screen.width(of: STDERR_FILENO) - 1))") }
  }

  static func endProgress() {
    if isInteractive { write(toError: "\r\u{1b}[K") }
  }

  private static func write(toError text: String) {
    // There is nobody left to tell.
    try? OutputDescriptor.standardError.write(text.utf8)
  }
}
