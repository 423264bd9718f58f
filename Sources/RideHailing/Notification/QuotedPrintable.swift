/// Text whose lines are ASCII and at most 76 characters long, whatever it says (RFC 2045, 6.7).
enum QuotedPrintable {
  private static let longestLine = 76
  private static let digits = Array("0123456789ABCDEF".utf8)

  /// - Parameter text: lines ended by CR and LF.
  static func encode(_ text: some Sequence<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    var line: [UInt8] = []
    for byte in text {
      switch byte {
      case UInt8(ascii: "\r"): continue
      case UInt8(ascii: "\n"):
        end(&line, in: &bytes)
      case UInt8(ascii: "="), 0..<0x20, 0x7F...:
        add([UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]], to: &line, in: &bytes)
      default:
        add([byte], to: &line, in: &bytes)
      }
    }
    if !line.isEmpty { end(&line, in: &bytes) }
    return bytes
  }

  private static func add(_ token: [UInt8], to line: inout [UInt8], in bytes: inout [UInt8]) {
    // A line that goes on ends with an equals sign.
    if line.count + token.count >= longestLine {
      bytes += line + [UInt8(ascii: "="), UInt8(ascii: "\r"), UInt8(ascii: "\n")]
      line = []
    }
    line += token
  }

  private static func end(_ line: inout [UInt8], in bytes: inout [UInt8]) {
    // A blank at a line's end may be lost on the way.
    if line.last == UInt8(ascii: " ") {
      line.removeLast()
      add(Array("=20".utf8), to: &line, in: &bytes)
    }
    bytes += line + [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
    line = []
  }
}
