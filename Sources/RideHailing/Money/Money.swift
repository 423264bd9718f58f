/// An amount of money: whole minor units (cents, yen, fils) of one currency. Never a floating-point number.
public struct Money: Sendable, Hashable, CustomStringConvertible {
  /// The amount in the currency's smallest unit; negative for a debit.
  public let minorUnits: Int
  /// The currency.
  public let currency: Currency

  /// An amount.
  public init(_ minorUnits: Int, _ currency: Currency) {
    self.minorUnits = minorUnits
    self.currency = currency
  }

  /// Reads a decimal as people write it, `12.50` or `-3`; nil if it isn't one, is beyond the 10^15 minor units that an amount may
  /// have, or has more decimals than the currency: `1.000` of one without decimals may be a thousand.
  public init?(decimal text: some StringProtocol, _ currency: Currency) {
    var units = 0
    var decimals: Int?
    var digits = 0
    var rest = Substring(text)
    let isNegative = rest.first == "-"
    if isNegative || rest.first == "+" { rest.removeFirst() }
    for byte in rest.utf8 {
      switch byte {
      case UInt8(ascii: "."):
        guard decimals == nil else { return nil }
        decimals = 0
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        digits += 1
        if let found = decimals {
          guard found < currency.minorUnitDigits else { return nil }
          decimals = found + 1
        }
        let (tens, overflow) = units.multipliedReportingOverflow(by: 10)
        let (sum, carried) = tens.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
        guard !overflow, !carried else { return nil }
        units = sum
      default: return nil
      }
    }
    guard digits > 0 else { return nil }
    for _ in (decimals ?? 0)..<currency.minorUnitDigits {
      let (tens, overflow) = units.multipliedReportingOverflow(by: 10)
      guard !overflow else { return nil }
      units = tens
    }
    guard Quantity.money.range.contains(units) else { return nil }
    self.init(isNegative ? -units : units, currency)
  }

  /// The decimal without its currency: `12.50`.
  public var decimal: String {
    let digits = currency.minorUnitDigits
    guard digits > 0 else { return String(minorUnits) }
    // 2^64 has 20 digits.
    return String(unsafeUninitializedCapacity: 24) { text in
      var (rest, start) = (minorUnits.magnitude, 24)
      while rest > 0 || 24 - start <= digits + 1 {
        start -= 1
        if 23 - start == digits {
          text[start] = UInt8(ascii: ".")
        } else {
          text[start] = UInt8(ascii: "0") + UInt8(rest % 10)
          rest /= 10
        }
      }
      if minorUnits < 0 {
        start -= 1
        text[start] = UInt8(ascii: "-")
      }
      for place in start..<24 { text[place - start] = text[place] }
      return 24 - start
    }
  }

  /// `USD 12.50`
  public var description: String { "\(currency) \(decimal)" }

  /// A share in basis points (1/100 of a percent), rounded half away from zero.
  public func share(basisPoints: Int) -> Money {
    let (high, low) = minorUnits.magnitude.multipliedFullWidth(by: basisPoints.magnitude)
    let (quotient, remainder) = UInt(10_000).dividingFullWidth((high, low))
    let rounded = Int(clamping: quotient + (remainder >= 5_000 ? 1 : 0))
    return Money((minorUnits < 0) != (basisPoints < 0) ? -rounded : rounded, currency)
  }

  /// The same amount the other way.
  public static prefix func - (money: Money) -> Money { Money(-money.minorUnits, money.currency) }
}
