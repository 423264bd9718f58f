import SpanJSON

/// How the gateway counts a currency, which is not as ISO 4217 does for some (https://docs.stripe.com/currencies).
public struct GatewayUnits: Sendable, Hashable {
  /// Digits after the decimal point in its amounts.
  public let digits: Int
  /// What its amounts must be a multiple of.
  public let step: Int
  /// The least that can be charged, in its units.
  public let minimum: Int

  /// How a currency is counted, by its three letters in capitals.
  public init(currency code: String) {
    func isOne(of codes: String) -> Bool { codes.split(separator: " ").contains { $0.utf8.elementsEqual(code.utf8) } }
    if isOne(of: Self.withoutDigits) {
      (digits, step) = (0, 1)
    } else if isOne(of: Self.withThreeDigits) {
      // The last digit must be 0.
      (digits, step) = (3, 10)
    } else if isOne(of: Self.wholeInHundreds) {
      (digits, step) = (2, 100)
    } else {
      (digits, step) = (2, 1)
    }
    minimum = Self.minima.first { $0.code.utf8.elementsEqual(code.utf8) }?.amount ?? step
  }

  /// Those that have no digits after the point there; MGA has two in ISO 4217.
  private static let withoutDigits = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF"
  private static let withThreeDigits = "BHD JOD KWD OMR TND"
  /// Those that have none any more and are written with two for compatibility, both of them 0.
  private static let wholeInHundreds = "ISK UGX"

  /// The least that can be charged, of those currencies for which it is said.
  private static let minima: [(code: String, amount: Int)] = [
    ("USD", 50), ("AED", 200), ("AUD", 50), ("BGN", 100), ("BRL", 50), ("CAD", 50), ("CHF", 50), ("CZK", 1500),
    ("DKK", 250), ("EUR", 50), ("GBP", 30), ("HKD", 400), ("HUF", 17500), ("INR", 50), ("JPY", 50), ("MXN", 1000),
    ("MYR", 200), ("NOK", 300), ("NZD", 50), ("PLN", 200), ("RON", 200), ("SEK", 300), ("SGD", 50), ("THB", 1000),
  ]

  /// An amount in its units; nil if it has parts that the gateway can't count.
  ///
  /// - Parameters:
  ///   - minorUnits: as ISO 4217 counts.
  ///   - isoDigits: after the decimal point there.
  public func amount(_ minorUnits: Int, isoDigits: Int) -> Int? {
    guard let amount = Self.shift(minorUnits, by: digits - isoDigits) else { return nil }
    return amount % step == 0 ? amount : nil
  }

  /// An amount of its as ISO 4217 counts; nil if that can't be counted.
  public func minorUnits(_ amount: Int, isoDigits: Int) -> Int? {
    Self.shift(amount, by: isoDigits - digits)
  }

  /// An amount times a power of ten; nil if that is no whole number, or too great.
  private static func shift(_ amount: Int, by exponent: Int) -> Int? {
    let power = (0..<abs(exponent)).reduce(1) { power, _ in power * 10 }
    if exponent < 0 { return amount % power == 0 ? amount / power : nil }
    let (result, overflows) = amount.multipliedReportingOverflow(by: power)
    return overflows ? nil : result
  }
}
