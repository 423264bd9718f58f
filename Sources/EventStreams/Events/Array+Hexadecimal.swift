extension [UInt8] {
  /// Two hexadecimal digits for each byte.
  package var hexadecimal: String {
    String(unsafeUninitializedCapacity: count * 2) { digits in
      for (index, byte) in enumerated() {
        for (place, half) in [(index * 2, byte >> 4), (index * 2 + 1, byte & 15)] {
          digits[place] = half < 10 ? half + UInt8(ascii: "0") : half - 10 + UInt8(ascii: "a")
        }
      }
      return count * 2
    }
  }

  /// Reads such digits; nil if a text is something else.
  package init?(hexadecimal text: Substring) {
    let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    guard digits.count == text.utf8.count, digits.count % 2 == 0 else { return nil }
    self = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
  }
}
