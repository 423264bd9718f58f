public import EventStreams

/// The time in which a ride may be rated is over: what one of its people has given is shown, and the other can't answer it any more.
///
/// It is scheduled with the ride's first rating. That it is an event, and not the doing of a clock, is why a rebuild comes to the same.
public struct RatingWindowEnded: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "RATING_WINDOW_ENDED"
  /// The topic of such an event.
  public static let topic = RideTopics.ratings

  /// The ride.
  public var rideID: String
  /// Where it was.
  public var city: String

  /// The event's data.
  public init(rideID: String, city: String) {
    self.rideID = rideID
    self.city = city
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    city = try fields("city", \.city, .name)
  }
}
