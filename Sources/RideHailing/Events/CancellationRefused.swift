public import EventStreams

/// A fee for a ride that is said not to have taken place is not charged: the ride was completed, or charged for before, or it is too long ago.
public struct CancellationRefused: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "CANCELLATION_REFUSED"
  /// The topic of such an event.
  public static let topic = RideTopics.progress

  /// The ride.
  public var rideID: String
  /// Where the ride was to be.
  public var city: String
  /// The id of the cancellation.
  public var cancellation: String
  /// Why, for people.
  public var reason: String

  /// The event's data.
  init(rideID: String, city: String, cancellation: String, reason: String) {
    self.rideID = rideID
    self.city = city
    self.cancellation = cancellation
    self.reason = reason
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    city = try fields("city", \.city, .name)
    cancellation = try fields("cancellation", \.cancellation, .identifier)
    reason = try fields("reason", \.reason, .text())
  }

  /// One per cancellation that was refused.
  public var eventID: String { OutcomeID.of(Self.eventType, cause: cancellation) }
}
