public import EventStreams

/// A ride's two people are asked to rate each other.
public struct RatingRequested: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "RATING_REQUESTED"
  /// The topic of such an event.
  public static let topic = RideTopics.receipts

  /// The ride.
  public var rideID: String
  /// Who is asked.
  public var riderID: String
  /// Who is to be rated.
  public var driverID: String
  /// Where the ride was.
  public var city: String
  /// Until when both may rate, which nobody is shown before; nil if only the rider may, and what is given counts at once: so it was, and
  /// so it remains for rides that were completed then.
  public var until: Timestamp?

  /// The event's data.
  public init(rideID: String, riderID: String, driverID: String, city: String, until: Timestamp? = nil) {
    self.rideID = rideID
    self.riderID = riderID
    self.driverID = driverID
    self.city = city
    self.until = until
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    riderID = try fields("riderId", \.riderID, .name)
    driverID = try fields("driverId", \.driverID, .name)
    city = try fields("city", \.city, .name)
    until = try fields.optional("until", \.until)
  }
}
