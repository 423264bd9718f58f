public import EventStreams

/// An event about one ride: handled in order with the others of the ride, and kept where its city is.
public protocol RideEvent: EventData {
  /// The ride.
  var rideID: String { get }
  /// Where the ride was; all that happens in one city is in one shard.
  var city: String { get }
}

extension RideEvent {
  /// What is handled in order: a ride.
  public var orderingKey: String { rideID }
  /// What belongs together: a city.
  public var shardKey: String { city }

  /// The id of such an event about a ride, unless its producer gives it another.
  public static func eventID(ofRide ride: String) -> String { "\(eventType.rawValue):\(ride)" }
}
