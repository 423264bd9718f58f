public import EventStreams

/// One of a ride's two people has rated the other.
///
/// What was given is hidden until both have rated, or the time for it is over: `RATING_REVEALED` shows it then.
public struct RideRated: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "RIDE_RATED"
  /// The topic of such an event.
  public static let topic = RideTopics.ratings
  /// 2 since drivers rate as well: who reads only 1 would count that for the driver.
  public static let version = 2

  /// The ride.
  public var rideID: String
  /// Who drove.
  public var driverID: String
  /// Where the ride was.
  public var city: String
  /// 1 … 5
  public var stars: Int
  /// What there is to say.
  public var comment: String?
  /// Who rates; the rider, unless something else is said.
  public var by: Rater
  /// Who rode; a driver's rating needs it.
  public var riderID: String?

  /// The event's data.
  public init(
    rideID: String, driverID: String, city: String, stars: Int, comment: String? = nil, by: Rater = .rider,
    riderID: String? = nil
  ) {
    self.rideID = rideID
    self.driverID = driverID
    self.city = city
    self.stars = stars
    self.comment = comment
    self.by = by
    self.riderID = riderID
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    driverID = try fields("driverId", \.driverID, .name)
    city = try fields("city", \.city, .name)
    stars = try fields("stars", \.stars, .within(.stars))
    comment = try fields.optional("comment", \.comment, .text(FreeText.comment))
    by = try fields("by", \.by, omitting: .rider)
    riderID = try fields.optional("riderId", \.riderID, .name)
  }

  /// A driver says whom.
  public func check() throws(JSONError) {
    if by == .driver, riderID == nil {
      throw JSONError(path: "riderId", problem: "is missing; a driver's rating says who rode")
    }
  }

  /// One per ride and rater.
  public var eventID: String { Self.eventID(ofRide: rideID, by: by) }

  /// The id of such an event, unless its producer gives it another.
  public static func eventID(ofRide ride: String, by rater: Rater) -> String {
    rater.eventID(eventType, ofRide: ride)
  }
}
