public import EventStreams

/// The rider gives the driver of a completed ride something on top, after its end: all of it is the driver's.
public struct RideTipped: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "RIDE_TIPPED"
  /// The topic of such an event.
  public static let topic = RideTopics.tips

  /// How long after its end a ride can be tipped.
  public static let openTime = Duration.seconds(30 * 24 * 3600)

  /// The ride.
  public var rideID: String
  /// Who gives it.
  public var riderID: String
  /// Who gets it.
  public var driverID: String
  /// Where the ride was.
  public var city: String
  /// How much, in minor units.
  public var amount: Int
  /// Of the amount: the ride's.
  public var currency: Currency
  /// When, if that is not the event's time.
  public var at: Timestamp?
  /// How it is paid; as the ride was if nil.
  public var payment: Payment?
  /// Its name: the same is the same tip, however often it is published; nil for the only one.
  public var tip: String?

  /// The event's data.
  public init(
    rideID: String, riderID: String, driverID: String, city: String, amount: Money, at: Timestamp? = nil,
    payment: Payment? = nil, tip: String? = nil
  ) {
    self.rideID = rideID
    self.riderID = riderID
    self.driverID = driverID
    self.city = city
    self.amount = amount.minorUnits
    currency = amount.currency
    self.at = at
    self.payment = payment
    self.tip = tip
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    riderID = try fields("riderId", \.riderID, .name)
    driverID = try fields("driverId", \.driverID, .name)
    city = try fields("city", \.city, .name)
    amount = try fields("amount", \.amount, .within(.tip))
    currency = try fields("currency", \.currency)
    at = try fields.optional("at", \.at)
    payment = try fields.optional("payment", \.payment)
    tip = try fields.optional("tip", \.tip, .name)
  }

  /// What is given.
  public var money: Money { Money(amount, currency) }

  /// One per ride and name.
  public var eventID: String { Self.eventID(ofRide: rideID, tip: tip) }

  /// The id of such an event.
  public static func eventID(ofRide ride: String, tip: String?) -> String {
    tip.map { OutcomeID.of(eventType, ride: ride, correction: $0) } ?? eventID(ofRide: ride)
  }
}
