public import EventStreams

/// Something that was said or asked of a ride counts for nothing. What, says the type; all of them have this shape.
public struct RideRefusal<Request: RefusedRequest>: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static var eventType: EventType { Request.refusalType }
  /// The topic of such an event.
  public static var topic: String { Request.topic }

  /// The ride.
  public var rideID: String
  /// Where the ride was, or was to be.
  public var city: String
  /// The id of the event that is refused.
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
    rideID = try fields("rideId", { $0.rideID }, .name)
    city = try fields("city", { $0.city }, .name)
    request = try fields(Request.field, { $0.request }, .identifier)
    reason = try fields("reason", { $0.reason }, .text())
  }

  /// One per event that is refused.
  public var eventID: String { Self.id(ofRequest: request) }

  /// The id of the refusal of an event.
  public static func id(ofRequest request: String) -> String { OutcomeID.of(eventType, cause: request) }
}

/// What may be refused of a ride.
public protocol RefusedRequest: Sendable {
  /// The `type` field of a refusal.
  static var refusalType: EventType { get }
  /// The topic of a refusal.
  static var topic: String { get }
  /// The field of a refusal that names the event that is refused.
  static var field: StaticString { get }
}

/// What may be refused of a ride.
public enum RefusedRequests {
  /// It was completed a second time with other content: the first completion stands, and nothing was booked.
  public enum Completion: RefusedRequest {
    /// The `type` field of a refusal.
    public static let refusalType: EventType = "COMPLETION_REFUSED"
    /// The topic of a refusal.
    public static let topic = RideTopics.rides
    /// `completion`
    public static let field: StaticString = "completion"
  }

  /// A fee for that it did not take place: it was completed, or charged for before, or it is too long ago.
  public enum Cancellation: RefusedRequest {
    /// The `type` field of a refusal.
    public static let refusalType: EventType = "CANCELLATION_REFUSED"
    /// The topic of a refusal.
    public static let topic = RideTopics.progress
    /// `cancellation`
    public static let field: StaticString = "cancellation"
  }

  /// What is owed for it is to be given up: the ride is not known, or nothing is owed for it.
  public enum WriteOff: RefusedRequest {
    /// The `type` field of a refusal.
    public static let refusalType: EventType = "WRITE_OFF_REFUSED"
    /// The topic of a refusal.
    public static let topic = RideTopics.payments
    /// `request`
    public static let field: StaticString = "request"
  }
}

/// A second completion of a ride counts for nothing.
public typealias CompletionRefused = RideRefusal<RefusedRequests.Completion>
/// No fee is charged for a ride that is said not to have taken place.
public typealias CancellationRefused = RideRefusal<RefusedRequests.Cancellation>
/// There is nothing to give up.
public typealias WriteOffRefused = RideRefusal<RefusedRequests.WriteOff>

extension CompletionRefused {
  /// One per completion that was refused and what it says.
  static func id(of completion: String, saying ride: RideCompleted) -> String {
    OutcomeID.of(
      eventType, cause: completion,
      saying: [
        ride.riderID, ride.driverID, ride.city, ride.fare.amount.description, ride.payment.method.rawValue,
        ride.payment.token ?? "",
      ])
  }
}
