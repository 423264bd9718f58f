public import EventStreams

/// An operator gives up what a rider owes for a ride: the platform bears it.
public struct WriteOffRequested: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "WRITE_OFF_REQUESTED"
  /// The topic of such an event.
  public static let topic = RideTopics.payments

  /// The ride.
  public var rideID: String
  /// Who owes it.
  public var riderID: String
  /// Where the ride was.
  public var city: String
  /// Why, for people.
  public var reason: String
  /// The request's own name: the same is the same request; nil for the ride's only one.
  public var request: String?

  /// The event's data.
  public init(rideID: String, riderID: String, city: String, reason: String, request: String? = nil) {
    self.rideID = rideID
    self.riderID = riderID
    self.city = city
    self.reason = reason
    self.request = request
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    riderID = try fields("riderId", \.riderID, .name)
    city = try fields("city", \.city, .name)
    reason = try fields("reason", \.reason, .text())
    request = try fields.optional("request", \.request, .name)
  }

  /// One per ride and name.
  public var eventID: String { Self.eventID(ofRide: rideID, request: request) }

  /// The id of such an event.
  public static func eventID(ofRide ride: String, request: String?) -> String {
    request.map { OutcomeID.of(eventType, ride: ride, correction: $0) } ?? eventID(ofRide: ride)
  }
}
