import EventStreams
import RideHailing

/// Points that a rider has for a ride.
struct Points: Sendable, JSONReadable, JSONWritable {
  let riderID: String
  let rideID: String
  let count: Int

  init(_ ride: RideCompleted) {
    (riderID, rideID) = (ride.riderID, ride.rideID)
    count = (0..<ride.fare.currency.minorUnitDigits).reduce(ride.fare.total) { units, _ in units / 10 }
  }

  init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    riderID = try object["riderId"]
    rideID = try object["rideId"]
    count = try object["points"]
    guard count >= 0 else { throw JSONError(path: "points", problem: "\(count) is below 0") }
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("riderId", riderID)
      $0.field("rideId", rideID)
      $0.field("points", count)
    }
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
