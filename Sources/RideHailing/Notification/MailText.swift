/// A mail as it is written, line after line, each ended as mail programs want it (RFC 5322, 2.1).
struct MailText {
  private(set) var bytes: [UInt8] = []

  init() { bytes.reserveCapacity(1024) }

  /// Adds a line of some texts, one after the other.
  mutating func line(_ texts: String...) {
    for text in texts { bytes.append(contentsOf: text.utf8) }
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
}
