import Foundation

/// Standard output and standard error.
enum Terminal {
  /// True if people look at standard error as it is written.
  static let errorIsTerminal = isatty(2) == 1
  /// True if people look at standard output as it is written.
  static let outputIsTerminal = isatty(1) == 1

  /// Writes a line to standard error, with the program's name, as one write: lines of several processes don't mix.
  static func complain(_ text: String) {
    note("rides: \(text)")
  }

  /// Writes a line to standard error.
  static func note(_ text: String) {
    let line = text.split(separator: "\n").joined(separator: " ")
    write(errorIsTerminal ? "\r\u{1b}[K\(line)\n" : "\(line)\n", to: 2)
  }

  /// Shows how far something is, on one line that the next one replaces; nothing unless somebody looks.
  static func progress(_ text: String) {
    guard errorIsTerminal else { return }
    write("\r\u{1b}[K\(text)", to: 2)
  }

  /// Removes what `progress` showed.
  static func endProgress() { progress("") }

  /// Writes bytes to a descriptor; what can't be written because nobody reads is lost.
  static func write(_ text: String, to descriptor: Int32) {
    write(Array(text.utf8), to: descriptor)
  }

  static func write(_ bytes: [UInt8], to descriptor: Int32) {
    bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let count = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
      }
    }
  }
}
