public import EventStreams

/// The rider is asked to rate the driver.
public struct RatingRequested: RideEvent, Hashable {
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

  /// Reads and checks the data.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    rideID = try object["rideId"]
    riderID = try object["riderId"]
    driverID = try object["driverId"]
    city = try object["city"]
    try Identifier.checkName(rideID, "rideId")
    try Identifier.checkName(riderID, "riderId")
    try Identifier.checkName(driverID, "driverId")
    try Identifier.checkName(city, "city")
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("rideId", rideID)
      $0.field("riderId", riderID)
      $0.field("driverId", driverID)
      $0.field("city", city)
    }
  }
}
