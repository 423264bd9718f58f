/// The rule for an event's `traceparent`: W3C Trace Context, level 1, 3.2.
enum Traceparent {
  /// The most bytes of one.
  static let longest = 512

  /// Throws unless a text is one.
  static func check(_ text: String) throws(JSONError) {
    guard !isValid(text) else { return }
    throw JSONError(
      path: "traceparent",
      problem: "expected a W3C traceparent such as 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
  }

  /// Version, trace id, parent id and flags in lower-case hexadecimal digits; later versions may go on after a hyphen.
  static func isValid(_ text: String) -> Bool {
    let bytes = text.utf8.span
    guard bytes.count >= 55, bytes.count <= longest else { return false }
    func isHexadecimal(_ range: Range<Int>) -> Bool {
      for index in range {
        switch bytes[index] {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): continue
        default: return false
        }
      }
      return true
    }
    func isZero(_ range: Range<Int>) -> Bool {
      for index in range where bytes[index] != UInt8(ascii: "0") { return false }
      return true
    }
    func isHyphen(_ index: Int) -> Bool { bytes[index] == UInt8(ascii: "-") }
    guard isHyphen(2), isHyphen(35), isHyphen(52) else { return false }
    guard isHexadecimal(0..<2), isHexadecimal(3..<35), isHexadecimal(36..<52), isHexadecimal(53..<55) else {
      return false
    }
    guard !isZero(3..<35), !isZero(36..<52) else { return false }
    // ff is no version.
    guard bytes[0] != UInt8(ascii: "f") || bytes[1] != UInt8(ascii: "f") else { return false }
    guard bytes.count > 55 else { return true }
    guard isHyphen(55), !isZero(0..<2) else { return false }
    // Printable, so that it may stand in a header.
    for index in 55..<bytes.count where bytes[index] <= 0x20 || bytes[index] >= 0x7f { return false }
    return true
  }
}
