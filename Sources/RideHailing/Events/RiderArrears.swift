public import EventStreams

/// What a rider owes: of each ride that was not paid in full, how much.
public struct RiderArrears: Sendable, Hashable {
  /// What is owed for a ride.
  public struct Ride: Sendable, Hashable {
    /// The ride.
    public let ride: String
    /// Where it was: what is owed is owed to a city.
    public let city: String
    /// How much, in minor units.
    public let owed: Int
    /// Of the amount.
    public let currency: Currency
    /// When the ride ended.
    public let at: Timestamp

    /// How much.
    public var money: Money { Money(owed, currency) }
  }

  /// Hash: rider -> what is owed; only of riders who owe something.
  static let hash = "arrears"

  /// Oldest first.
  public private(set) var rides: [Ride] = []

  init() {}

  /// Takes in what is owed for a ride; nothing, if it is paid.
  mutating func set(_ owed: Ride) {
    let index = rides.firstIndex { $0.ride.hasSameBytes(as: owed.ride) }
    if let index { rides.remove(at: index) }
    if owed.owed > 0 { rides.insert(owed, at: index ?? rides.count) }
  }
}

extension RiderArrears: JSONRecord {
  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rides = try fields("rides", \.rides)
  }
}

extension RiderArrears.Ride: JSONRecord {
  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    ride = try fields("ride", \.ride)
    city = try fields("city", \.city)
    owed = try fields("owed", \.owed)
    currency = try fields("currency", \.currency)
    at = try fields("at", \.at)
  }
}
