/// The whole number that a JSON number with a fraction or an exponent is, exactly: `8e2`, `800.0`, `12.5e1`.
struct WholeDecimal {
  let isNegative: Bool
  let magnitude: UInt64

  /// Nil if it isn't whole, or has more than 64 bits.
  ///
  /// - Parameter text: a number as the scanner has checked it.
  init?(_ text: Span<UInt8>) {
    var magnitude: UInt64 = 0
    // Zeros that are part of the number only if another digit follows: `100.00` is whole, `1000.00000000000000001` isn't.
    var zeros = 0
    var scale = 0
    var exponent = 0
    var hasNegativeExponent = false
    var isInFraction = false
    var isInExponent = false
    var isTooLong = false
    for index in text.indices {
      switch text[index] {
      case UInt8(ascii: "."): isInFraction = true
      case UInt8(ascii: "e"), UInt8(ascii: "E"): isInExponent = true
      case UInt8(ascii: "-"): if isInExponent { hasNegativeExponent = true }
      case UInt8(ascii: "+"): break
      case let digit where isInExponent:
        // Far beyond any length a number has.
        exponent = min(exponent * 10 + Int(digit - 48), 1 << 40)
      case let digit:
        if isInFraction { scale += 1 }
        guard digit != 48 else {
          if magnitude > 0 { zeros += 1 }
          continue
        }
        isTooLong = isTooLong || !Self.shift(&magnitude, by: zeros + 1)
        zeros = 0
        let (sum, carried) = magnitude.addingReportingOverflow(UInt64(digit - 48))
        isTooLong = isTooLong || carried
        magnitude = sum
      }
    }
    isNegative = text.count > 0 && text[0] == UInt8(ascii: "-")
    let places = zeros - scale + (hasNegativeExponent ? -exponent : exponent)
    guard !isTooLong, magnitude == 0 || places >= 0 && Self.shift(&magnitude, by: places) else { return nil }
    self.magnitude = magnitude
  }

  /// Multiplies by a power of ten; false if that is too much.
  private static func shift(_ number: inout UInt64, by places: Int) -> Bool {
    guard number > 0 else { return true }
    guard places < 20 else { return false }
    for _ in 0..<places {
      let (tens, overflow) = number.multipliedReportingOverflow(by: 10)
      guard !overflow else { return false }
      number = tens
    }
    return true
  }
}
