public import EventStreams

/// Somebody asks for a ride.
public struct RideRequested: RideEvent, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "RIDE_REQUESTED"
  /// The topic of such an event.
  public static let topic = RideTopics.requests

  /// The ride.
  public var rideID: String
  /// Who asks.
  public var riderID: String?
  /// Where.
  public var city: String
  /// Where it shall begin.
  public var pickup: Coordinate?
  /// Where it shall end.
  public var dropoff: Coordinate?

  /// A request.
  public init(rideID: String, riderID: String?, city: String, pickup: Coordinate? = nil, dropoff: Coordinate? = nil) {
    self.rideID = rideID
    self.riderID = riderID
    self.city = city
    self.pickup = pickup
    self.dropoff = dropoff
  }

  /// Reads and checks a request.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    rideID = try object["rideId"]
    riderID = try object.optional("riderId")
    city = try object["city"]
    pickup = try object.optional("pickup")
    dropoff = try object.optional("dropoff")
    try Identifier.checkName(rideID, "rideId")
    try Identifier.checkName(city, "city")
    if let riderID { try Identifier.checkName(riderID, "riderId") }
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("rideId", rideID)
      $0.field("riderId", riderID)
      $0.field("city", city)
      $0.field("pickup", pickup)
      $0.field("dropoff", dropoff)
    }
  }
}
