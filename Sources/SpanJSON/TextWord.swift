/// Eight bytes of text, looked at together: how many of them may stand in a JSON string as they are.
///
/// The test for a byte below a bound, and so for a zero byte, is that of Hank Warren, "Hacker's Delight", 6-1: it is exact up to
/// the first byte that it finds.
struct TextWord {
  /// The first byte is the lowest.
  private let bytes: UInt64

  init(littleEndian bytes: UInt64) { self.bytes = UInt64(littleEndian: bytes) }

  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highBits: UInt64 = 0x8080_8080_8080_8080

  /// How many bytes come before the first quote, backslash or control character; 8 if there is none.
  var plainCount: Int { marks.trailingZeroBitCount / 8 }

  /// The same, ended also by the first byte that is not ASCII.
  var plainASCIICount: Int { (marks | bytes & Self.highBits).trailingZeroBitCount / 8 }

  private var marks: UInt64 {
    below(1, bytes ^ (Self.ones &* UInt64(UInt8(ascii: "\""))))
      | below(1, bytes ^ (Self.ones &* UInt64(UInt8(ascii: "\\")))) | below(0x20, bytes)
  }

  /// The high bits of the bytes below a bound.
  private func below(_ bound: UInt64, _ bytes: UInt64) -> UInt64 {
    (bytes &- Self.ones &* bound) & ~bytes & Self.highBits
  }
}
