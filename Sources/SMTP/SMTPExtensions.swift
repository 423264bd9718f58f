/// What a server says it can do besides the least (RFC 5321, 4.1.1.1).
struct SMTPExtensions: Sendable, Hashable {
  private(set) var hasStartTLS = false
  /// Bytes beyond ASCII in the text (RFC 6152).
  private(set) var hasEightBit = false
  /// Characters beyond ASCII in addresses and headers (RFC 6531).
  private(set) var hasUTF8 = false
  /// Several commands before the first answer (RFC 2920).
  private(set) var hasPipelining = false
  /// Bytes that a mail may have (RFC 1870); nil if it doesn't say.
  private(set) var size: Int?
  private(set) var isSizeDeclared = false
  /// Ways to log in.
  private(set) var mechanisms: [Substring] = []

  /// None.
  init() {}

  init(_ reply: SMTPReply) {
    for line in reply.lines.dropFirst() {
      let words = line.uppercased().split(separator: " ")
      switch words.first {
      case "STARTTLS": hasStartTLS = true
      case "8BITMIME": hasEightBit = true
      case "SMTPUTF8": hasUTF8 = true
      case "PIPELINING": hasPipelining = true
      case "AUTH": mechanisms = Array(words.dropFirst())
      case "SIZE":
        isSizeDeclared = true
        // Nought means that there is no limit.
        size = words.dropFirst().first.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
      default: break
      }
    }
  }
}
