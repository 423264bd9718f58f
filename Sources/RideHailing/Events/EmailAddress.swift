import EventStreams

/// The rule for addresses that mail is sent to.
enum EmailAddress {
  /// Throws unless the text looks like one address: something on both sides of one `@`, and nothing that could end a header.
  static func check(_ text: String, _ field: String) throws(JSONError) {
    var at = 0
    var isPlain = true
    var length = 0
    for byte in text.utf8 {
      length += 1
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): break
      case UInt8(ascii: "@"): at = at == 0 && length > 1 ? length : .max
      case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\""),
        UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "\\"):
        isPlain = false
      default: if byte <= 0x20 || byte >= 0x7f { isPlain = false }
      }
    }
    // The place of the one `@`, counted from 1, is neither the first nor the last.
    guard isPlain, at > 1, at < length, length <= 254 else {
      throw JSONError(path: field, problem: "\"\(text.prefix(60))\" is not an e-mail address")
    }
  }
}
