/// A mail as it is written, line after line, each ended as mail programs want it (RFC 5322, 2.1).
struct MailText {
  private(set) var bytes: [UInt8] = []

  init() { bytes.reserveCapacity(1024) }

  /// Adds a line of some texts, one after the other.
  mutating func line(_ texts: String...) {
    let start = bytes.count
    for text in texts { bytes.append(contentsOf: text.utf8) }
    // No text ends its line: what follows could be taken for a header.
    for index in start..<bytes.count where bytes[index] < 0x20 { bytes[index] = 0x20 }
    bytes.append(contentsOf: [UInt8(ascii: "\r"), UInt8(ascii: "\n")])
  }

  /// Adds a line with one text at its beginning and another at its end, the columns of a table.
  mutating func row(_ name: String, _ amount: String) {
    bytes.append(contentsOf: name.utf8)
    let blanks = max(1, Self.width - name.utf8.count - amount.utf8.count)
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: blanks))
    line(amount)
  }

  private static let width = 32

  /// Adds lines that are written already.
  mutating func add(_ lines: [UInt8]) { bytes += lines }

  var isASCII: Bool { bytes.allSatisfy { $0 < 0x80 } }

  /// True if a line is longer than a mail's may be (RFC 5322, 2.1.1).
  var hasLongLine: Bool {
    var length = 0
    for byte in bytes {
      length = byte == UInt8(ascii: "\n") ? 0 : length + 1
      // With its end.
      if length > 998 + 1 { return true }
    }
    return false
  }
}
