import EventStreams
import RideHailing

/// Points that a rider has for a ride.
struct Points: Sendable, JSONRecord {
  let riderID: String
  let rideID: String
  let count: Int

  init(_ ride: RideCompleted) {
    (riderID, rideID) = (ride.riderID, ride.rideID)
    count = (0..<ride.fare.currency.minorUnitDigits).reduce(ride.fare.total) { units, _ in units / 10 }
  }

  init(_ fields: inout RecordFields<Points>) throws(JSONError) {
    riderID = try fields("riderId", \.riderID, .identifier)
    rideID = try fields("rideId", \.rideID, .identifier)
    count = try fields("points", \.count, .within(0...1_000_000_000))
  }
}

/// An event about a rider's points: whatever happens to a rider is in order, in one shard.
protocol PointsEvent: EventData {
  var points: Points { get }
  init(_ points: Points)
}

extension PointsEvent {
  static var topic: String { "loyalty" }
  var orderingKey: String { points.riderID }
  var eventID: String { "\(Self.eventType):\(points.rideID)" }
  init(from json: borrowing JSONValue) throws(JSONError) { self.init(try Points(from: json)) }
  func write(to json: inout JSONWriter) { points.write(to: &json) }
}

/// A rider has earned points.
struct PointsEarned: PointsEvent {
  static let eventType: EventType = "POINTS_EARNED"
  let points: Points
  init(_ points: Points) { self.points = points }
}

/// Points are a year old.
struct PointsExpired: PointsEvent {
  static let eventType: EventType = "POINTS_EXPIRED"
  let points: Points
  init(_ points: Points) { self.points = points }
}
