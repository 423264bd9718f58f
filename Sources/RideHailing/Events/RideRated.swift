public import EventStreams

/// The rider has rated the driver.
public struct RideRated: RideEvent, Hashable {
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

  /// Reads and checks the data.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    rideID = try object["rideId"]
    driverID = try object["driverId"]
    city = try object["city"]
    stars = try object["stars"]
    comment = try object.optional("comment")
    try Identifier.checkName(rideID, "rideId")
    try Identifier.checkName(driverID, "driverId")
    try Identifier.checkName(city, "city")
    try Quantity.stars.check(stars, "stars")
    try FreeText.check(comment, "comment", longest: FreeText.comment)
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("rideId", rideID)
      $0.field("driverId", driverID)
      $0.field("city", city)
      $0.field("stars", stars)
      $0.field("comment", comment)
    }
  }
}
