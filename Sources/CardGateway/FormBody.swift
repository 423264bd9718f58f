/// Parameters as the gateway takes them: `amount=1050&metadata%5Bride%5D=r-1`.
struct FormBody: Sendable, Hashable {
  private(set) var text = ""

  init(_ parameters: [(name: String, value: String?)] = []) {
    for (name, value) in parameters { add(name, value) }
  }

  /// Adds a parameter; one without a value is left out.
  mutating func add(_ name: String, _ value: String?) {
    guard let value else { return }
    if !text.isEmpty { text += "&" }
    Self.escape(name, into: &text)
    text += "="
    Self.escape(value, into: &text)
  }

  /// All but what is unreserved (RFC 3986, 2.3) is escaped.
  private static func escape(_ value: String, into text: inout String) {
    for byte in value.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        text.unicodeScalars.append(UnicodeScalar(byte))
      default:
        text += byte < 16 ? "%0" : "%"
        text += String(byte, radix: 16, uppercase: true)
      }
    }
  }
}
