public import EventStreams

/// A ride was completed a second time with other content: the first completion stands, and nothing was booked.
public struct CompletionRefused: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "COMPLETION_REFUSED"
  /// The topic of such an event.
  public static let topic = RideTopics.rides

  /// The ride.
  public var rideID: String
  /// Where the ride was.
  public var city: String
  /// The id of the completion that was refused.
  public var completion: String
  /// What differs, for people.
  public var reason: String

  /// The event's data.
  public init(rideID: String, city: String, completion: String, reason: String) {
    self.rideID = rideID
    self.city = city
    self.completion = completion
    self.reason = reason
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    city = try fields("city", \.city, .name)
    completion = try fields("completion", \.completion, .identifier)
    reason = try fields("reason", \.reason, .text())
  }

  /// One per completion that was refused and what it says.
  static func id(of completion: String, saying ride: RideCompleted) -> String {
    OutcomeID.of(
      eventType, cause: completion,
      saying: [
        ride.riderID, ride.driverID, ride.city, ride.fare.amount.description, ride.payment.method.rawValue,
        ride.payment.token ?? "",
      ])
  }

  /// One per completion that was refused.
  public var eventID: String { OutcomeID.of(Self.eventType, cause: completion) }
}
