/// The rule for an event's `tracestate`: W3C Trace Context, level 1, 3.3.
enum Tracestate {
  /// The most bytes of one.
  static let longest = 512

  /// Throws unless a text is one.
  static func check(_ text: String) throws(JSONError) {
    guard !isValid(text) else { return }
    throw JSONError(
      path: "tracestate", problem: "expected a W3C tracestate of at most \(longest) bytes, such as vendor=value")
  }

  /// Printable, and a list: what its members say is for those who wrote them.
  static func isValid(_ text: String) -> Bool {
    let bytes = text.utf8.span
    guard bytes.count > 0, bytes.count <= longest else { return false }
    var hasValue = false
    for index in bytes.indices {
      guard (0x20...0x7e).contains(bytes[index]) else { return false }
      if bytes[index] == UInt8(ascii: "=") { hasValue = true }
    }
    return hasValue
  }
}
