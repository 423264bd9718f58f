public import EventStreams

/// Which rides a report is about.
public struct ReportFilter: Sendable {
  /// Not before; nil for all that is there.
  public var from: Timestamp?
  /// Before; nil up to now.
  public var to: Timestamp?
  /// Only in this city, whatever the case of its letters.
  public var city: String? { didSet { lowercasedCity = city?.lowercased() } }
  /// Only paid in this currency.
  public var currency: Currency?

  private var lowercasedCity: String?

  /// All rides, unless restricted.
  public init(from: Timestamp? = nil, to: Timestamp? = nil, city: String? = nil, currency: Currency? = nil) {
    self.from = from
    self.to = to
    self.city = city
    self.currency = currency
    lowercasedCity = city?.lowercased()
  }

  func includes(_ time: Timestamp) -> Bool {
    if let from, time < from { return false }
    if let to, time >= to { return false }
    return true
  }

  func includes(city name: String) -> Bool {
    guard let city else { return true }
    return name == city || name.lowercased() == lowercasedCity
  }

  func includes(_ other: Currency) -> Bool { currency.map { $0 == other } ?? true }
}
