import EventStreams

/// What rides are summed up by; always by currency as well.
public enum RideGrouping: String, Sendable, CaseIterable {
  /// By nothing but the currency.
  case total
  /// The day they ended, in UTC.
  case day
  /// The hour of the day they ended, in UTC.
  case hour
  /// The city.
  case city
  /// The driver.
  case driver

  /// What rides with the same key are summed up under.
  struct Key: Hashable {
    let currency: Currency
    let number: Int64
    let text: Identifier
  }

  /// - Parameter driver: nil of what is no driver's.
  /// - Returns: nil if it is of none.
  func key(_ currency: Currency, city: String, driver: String?, at time: Timestamp) -> Key? {
    switch self {
    case .total: Key(currency: currency, number: 0, text: "")
    case .day: Key(currency: currency, number: time.day, text: "")
    case .hour: Key(currency: currency, number: Self.hour(of: time), text: "")
    case .city: Key(currency: currency, number: 0, text: Identifier(city))
    case .driver: driver.map { Key(currency: currency, number: 0, text: Identifier($0)) }
    }
  }

  /// What a key says to people.
  func name(of key: Key) -> String {
    switch self {
    case .total: ""
    case .day: String(Timestamp(secondsSinceEpoch: key.number * 86_400).description.prefix { $0 != "T" })
    case .hour: "\(key.number)"
    case .city, .driver: key.text.text
    }
  }

  private static func hour(of time: Timestamp) -> Int64 {
    (time.microsecondsSinceEpoch - time.day * 86_400_000_000) / 3_600_000_000
  }
}
