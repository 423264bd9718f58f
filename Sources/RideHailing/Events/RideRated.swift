public import EventStreams

/// The rider has rated the driver.
public struct RideRated: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "RIDE_RATED"
  /// The topic of such an event.
  public static let topic = RideTopics.ratings

  /// The ride.
  public var rideID: String
  /// Who is rated.
  public var driverID: String
  /// Where the ride was.
  public var city: String
  /// 1 … 5
  public var stars: Int
  /// What the rider says.
  public var comment: String?

  /// The event's data.
  public init(rideID: String, driverID: String, city: String, stars: Int, comment: String? = nil) {
    self.rideID = rideID
    self.driverID = driverID
    self.city = city
    self.stars = stars
    self.comment = comment
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    driverID = try fields("driverId", \.driverID, .name)
    city = try fields("city", \.city, .name)
    stars = try fields("stars", \.stars, .within(.stars))
    comment = try fields.optional("comment", \.comment, .text(FreeText.comment))
  }
}
