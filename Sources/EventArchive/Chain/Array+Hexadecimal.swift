extension [UInt8] {
  /// Two hexadecimal digits for each byte.
  var hexadecimal: String {
    String(unsafeUninitializedCapacity: count * 2) { digits in
      for (index, byte) in enumerated() {
        for (place, half) in [(index * 2, byte >> 4), (index * 2 + 1, byte & 15)] {
          digits[place] = half < 10 ? half + UInt8(ascii: "0") : half - 10 + UInt8(ascii: "a")
        }
      }
      return count * 2
    }
  }
}
