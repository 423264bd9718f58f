public import EventStreams

/// A rating did not count.
public struct RatingRefused: RideEvent, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "RATING_REFUSED"
  /// The topic of such an event.
  public static let topic = RideTopics.ratings

  /// The ride, as the rating named it.
  public var rideID: String
  /// The driver, as the rating named it.
  public var driverID: String
  /// Where.
  public var city: String
  /// 1 … 5
  public var stars: Int
  /// Why it did not count, for people.
  public var reason: String

  /// The refusal of a rating.
  public init(_ rating: RideRated, reason: String) {
    rideID = rating.rideID
    driverID = rating.driverID
    city = rating.city
    stars = rating.stars
    self.reason = reason
  }

  /// Reads and checks the data.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    rideID = try object["rideId"]
    driverID = try object["driverId"]
    city = try object["city"]
    stars = try object["stars"]
    reason = try object["reason"]
    try Identifier.checkName(rideID, "rideId")
    try Identifier.checkName(driverID, "driverId")
    try Identifier.checkName(city, "city")
    try Quantity.stars.check(stars, "stars")
    try FreeText.check(reason, "reason")
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("rideId", rideID)
      $0.field("driverId", driverID)
      $0.field("city", city)
      $0.field("stars", stars)
      $0.field("reason", reason)
    }
  }

  /// The refusal of a rating with an id.
  static func id(of event: String, saying rating: RideRated) -> String {
    OutcomeID.of(eventType, cause: event, saying: [rating.rideID, rating.driverID, "\(rating.stars)"])
  }
}
