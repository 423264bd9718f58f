public import EventStreams

/// There is nothing to give up: the ride is not known, or nothing is owed for it.
public struct WriteOffRefused: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "WRITE_OFF_REFUSED"
  /// The topic of such an event.
  public static let topic = RideTopics.payments

  /// The ride.
  public var rideID: String
  /// Where the ride was.
  public var city: String
  /// The id of the request.
  public var request: String
  /// Why, for people.
  public var reason: String

  /// The event's data.
  init(rideID: String, city: String, request: String, reason: String) {
    self.rideID = rideID
    self.city = city
    self.request = request
    self.reason = reason
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    city = try fields("city", \.city, .name)
    request = try fields("request", \.request, .identifier)
    reason = try fields("reason", \.reason, .text())
  }

  /// One per request that was refused.
  public var eventID: String { Self.id(ofRequest: request) }

  /// The id of the refusal of a request.
  public static func id(ofRequest request: String) -> String { OutcomeID.of(eventType, cause: request) }
}
