public import EventStreams

/// Somebody asks for a ride.
public struct RideRequested: RideEvent, JSONRecord, Hashable {
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

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    riderID = try fields.optional("riderId", \.riderID, .name)
    city = try fields("city", \.city, .name)
    pickup = try fields.optional("pickup", \.pickup)
    dropoff = try fields.optional("dropoff", \.dropoff)
  }
}
