import EventStreams
import RideHailing

/// A completed ride as large as is asked for: what is missing stands in a field that no service knows.
struct BenchRide: EventData {
  static let eventType = RideCompleted.eventType
  static let topic = RideCompleted.topic

  private let ride: RideCompleted
  private let padding: Int

  var orderingKey: String { ride.orderingKey }
  var shardKey: String { ride.shardKey }

  private init(_ ride: RideCompleted, padding: Int) {
    self.ride = ride
    self.padding = padding
  }

  init(from json: borrowing JSONValue) throws(JSONError) {
    ride = try RideCompleted(from: json)
    padding = 0
  }

  func write(to json: inout JSONWriter) {
    let bytes = JSONWriter.bytes(of: ride)
    guard padding > 0 else { return json.raw(bytes) }
    json.raw(bytes.dropLast() + Array(#","padding":""#.utf8))
    json.raw(Array(repeating: UInt8(ascii: "x"), count: padding) + Array(#""}"#.utf8))
  }

  /// Events of so many rides; each with its request before it if that is asked for.
  ///
  /// - Parameter cities: nil for all.
  static func events(
    _ count: Int, size: Int?, cities: [SimulatedCity] = SimulatedCity.all, requests: Bool = false
  ) -> [EncodedEvent] {
    var rides = RideSimulator(seed: 1, cities: cities)
    var events: [EncodedEvent] = []
    events.reserveCapacity(requests ? 2 * count : count)
    for _ in 0..<count {
      guard let ride = rides.next() else { break }
      if requests { events.append(EncodedEvent(ride.requested.event, timestamp: ride.requested.at)) }
      let plain = EncodedEvent(ride.completed.event, timestamp: ride.completed.at)
      let padding = (size ?? 0) - plain.json.count - #","padding":"""#.utf8.count
      events.append(
        padding > 0
          ? EncodedEvent(BenchRide(ride.completed.event, padding: padding), timestamp: ride.completed.at) : plain)
    }
    return events
  }
}
