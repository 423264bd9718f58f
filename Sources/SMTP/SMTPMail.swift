/// A mail on its way to one recipient.
public struct SMTPMail: Sendable {
  /// The address that failures are reported to (`local@domain`).
  public let sender: String
  /// The address it goes to.
  public let recipient: String
  /// The mail, headers and body, its lines ended by CR and LF; true is said if it may hold bytes beyond ASCII.
  public let text: @Sendable (_ allowsEightBit: Bool) -> [UInt8]

  /// A mail of headers and body.
  ///
  /// - Parameter text: writes it; true is said to it if it may hold bytes beyond ASCII, else it must be encoded.
  public init(sender: String, recipient: String, text: @escaping @Sendable (_ allowsEightBit: Bool) -> [UInt8]) {
    self.sender = sender
    self.recipient = recipient
    self.text = text
  }

  /// Text as it is sent: a line that begins with a dot gets another, and a line with a dot alone ends it (RFC 5321, 4.5.2).
  static func stuffed(_ text: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count + 16)
    var beginsLine = true
    for byte in text {
      if beginsLine, byte == UInt8(ascii: ".") { bytes.append(byte) }
      bytes.append(byte)
      beginsLine = byte == UInt8(ascii: "\n")
    }
    if !beginsLine { bytes += [UInt8(ascii: "\r"), UInt8(ascii: "\n")] }
    return bytes + [UInt8(ascii: "."), UInt8(ascii: "\r"), UInt8(ascii: "\n")]
  }

  /// What is wrong with an address, as the end of a sentence; nil if nothing is.
  public static func problem(with address: String) -> String? {
    guard address.utf8.count <= 254 else { return "is longer than 254 bytes" }
    let parts = address.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return "is not of the form name@domain" }
    guard address.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && !#"<>,;:\"()[]"#.utf8.contains($0) }) else {
      return "has characters that mail addresses don't have"
    }
    return nil
  }
}
