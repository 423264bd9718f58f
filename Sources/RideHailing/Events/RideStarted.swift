public import EventStreams

/// The rider is in the car.
public struct RideStarted: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "RIDE_STARTED"
  /// The topic of such an event.
  public static let topic = RideTopics.progress

  /// The ride.
  public var rideID: String
  /// Who drives.
  public var driverID: String
  /// Where.
  public var city: String
  /// When, if that is not the event's time.
  public var at: Timestamp?
  /// Where it begins.
  public var place: Coordinate?

  /// The event's data.
  public init(rideID: String, driverID: String, city: String, at: Timestamp? = nil, place: Coordinate? = nil) {
    self.rideID = rideID
    self.driverID = driverID
    self.city = city
    self.at = at
    self.place = place
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    driverID = try fields("driverId", \.driverID, .name)
    city = try fields("city", \.city, .name)
    at = try fields.optional("at", \.at)
    place = try fields.optional("place", \.place)
  }
}
