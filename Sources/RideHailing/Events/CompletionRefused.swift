public import EventStreams

/// A ride was completed a second time with other content: the first completion stands, and nothing was booked.
public struct CompletionRefused: RideEvent, Hashable {
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

  /// Reads and checks the data.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    rideID = try object["rideId"]
    city = try object["city"]
    completion = try object["completion"]
    reason = try object["reason"]
    try Identifier.checkName(rideID, "rideId")
    try Identifier.checkName(city, "city")
    try Identifier.check(completion, "completion")
    try FreeText.check(reason, "reason")
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("rideId", rideID)
      $0.field("city", city)
      $0.field("completion", completion)
      $0.field("reason", reason)
    }
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
