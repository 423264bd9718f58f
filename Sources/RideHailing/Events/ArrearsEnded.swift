public import EventStreams

/// What is kept of a ride leaves, and the rider still owes something for it: that is given up.
public struct ArrearsEnded: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "ARREARS_ENDED"
  /// The topic of such an event.
  public static let topic = RideTopics.payments

  /// The ride.
  public var rideID: String
  /// Who owes it.
  public var riderID: String
  /// Where the ride was.
  public var city: String
  /// The id of the event that it came of.
  public var cause: String

  /// What ends.
  init(_ owed: RiderArrears.Ride, of riderID: String, because cause: String) {
    rideID = owed.ride
    self.riderID = riderID
    city = owed.city
    self.cause = cause
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    riderID = try fields("riderId", \.riderID, .name)
    city = try fields("city", \.city, .name)
    cause = try fields("cause", \.cause, .identifier)
  }

  /// One per ride and cause.
  public var eventID: String { OutcomeID.of(Self.eventType, ride: rideID, cause: cause) }
}
