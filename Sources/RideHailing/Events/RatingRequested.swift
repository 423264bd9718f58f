public import EventStreams

/// The rider is asked to rate the driver.
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

  /// The event's data.
  public init(rideID: String, riderID: String, driverID: String, city: String) {
    self.rideID = rideID
    self.riderID = riderID
    self.driverID = driverID
    self.city = city
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    riderID = try fields("riderId", \.riderID, .name)
    driverID = try fields("driverId", \.driverID, .name)
    city = try fields("city", \.city, .name)
  }
}
