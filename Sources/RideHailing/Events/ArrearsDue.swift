public import EventStreams

/// What a rider owes for a ride is to be collected, because there is money again: of a ride that was paid, or of another card.
public struct ArrearsDue: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "ARREARS_DUE"
  /// The topic of such an event.
  public static let topic = RideTopics.payments

  /// The ride.
  public var rideID: String
  /// Who owes it.
  public var riderID: String
  /// Where the ride was.
  public var city: String
  /// What the gateway knows the card by that is to be charged; nil if it is to be taken from the wallet.
  public var card: String?
  /// True if what is owed is charged to this card from now on.
  public var replacesCard: Bool
  /// The id of the event that it came of.
  public var cause: String

  /// What is to be collected.
  init(_ owed: RiderArrears.Ride, of riderID: String, card: String?, replacesCard: Bool = false, because cause: String)
  {
    rideID = owed.ride
    self.riderID = riderID
    city = owed.city
    self.card = card
    self.replacesCard = replacesCard
    self.cause = cause
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    riderID = try fields("riderId", \.riderID, .name)
    city = try fields("city", \.city, .name)
    card = try fields.optional("token", \.card, .name.personal(of: "riderId"))
    replacesCard = try fields("replacesCard", \.replacesCard, omitting: false)
    cause = try fields("cause", \.cause, .identifier)
  }

  /// One per ride and cause.
  public var eventID: String { OutcomeID.of(Self.eventType, ride: rideID, cause: cause) }
}
