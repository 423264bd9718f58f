public import EventStreams

/// An ISO 4217 currency.
public struct Currency: Sendable, Hashable, CustomStringConvertible {
  /// The three letters.
  public let code: String

  /// A currency; nil if there is none with this code.
  public init?(_ code: String) {
    guard Self.minorUnitDigits(of: code) != nil else { return nil }
    self.code = code
  }

  private init(known code: String) { self.code = code }

  /// US dollar
  public static let usd = Currency(known: "USD")
  /// Euro
  public static let eur = Currency(known: "EUR")

  /// All there are.
  static let all: [Currency] = table.indices.filter { table[$0] >= 0 }.map { index in
    Currency(
      known: String(
        decoding: [index / 676, index / 26 % 26, index % 26].map { UInt8(ascii: "A") + UInt8($0) }, as: UTF8.self))
  }

  /// Digits after the decimal point: 2 for most, 0 for JPY, 3 for KWD.
  public var minorUnitDigits: Int { Self.minorUnitDigits(of: code) ?? 2 }

  /// What it says to people.
  public var description: String { code }

  private static func minorUnitDigits(of code: String) -> Int? {
    guard let index = index(of: code), case let digits = table[index], digits >= 0 else { return nil }
    return Int(digits)
  }

  /// The place of three capital letters in the table.
  private static func index(of code: String) -> Int? {
    guard code.utf8.count == 3 else { return nil }
    var index = 0
    for byte in code.utf8 {
      guard byte >= UInt8(ascii: "A"), byte <= UInt8(ascii: "Z") else { return nil }
      index = index * 26 + Int(byte - UInt8(ascii: "A"))
    }
    return index
  }

  /// By code, the digits after the decimal point; -1 where there is no such code. Active codes and their minor units: ISO 4217
  /// list one.
  private static let table: [Int8] = {
    let codes: [(digits: Int8, codes: String)] = [
      (
        2,
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG"
      ),
      (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"),
      (3, "BHD IQD JOD KWD LYD OMR TND"),
    ]
    var table = [Int8](repeating: -1, count: 26 * 26 * 26)
    for (digits, codes) in codes {
      for code in codes.split(separator: " ") {
        if let index = index(of: String(code)) { table[index] = digits }
      }
    }
    return table
  }()
}

extension Currency: FieldValue {
  /// One of them.
  public static var example: Currency { .eur }
  /// What it is.
  public static var kind: String { "currency, as EUR" }

  /// The three letters as a string.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    let code = try json.string()
    guard let currency = Currency(code) else { throw json.mismatch("an ISO 4217 currency code such as \"USD\"") }
    self = currency
  }

  /// The three letters as a string.
  public func write(to json: inout JSONWriter) { json.string(code) }
}
