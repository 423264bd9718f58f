import EventStreams
import RideHailing

/// Events of simulated rides: that each was asked for, and that it ended.
struct SimulationSource {
  private var simulator: RideSimulator
  private var remaining: Int
  /// Rides a second; nil for as fast as they can be published.
  private let rate: Double?
  private let start = ContinuousClock.now
  private var made = 0

  init(seed: UInt64, cities: [SimulatedCity], count: Int, rate: Double?) {
    simulator = RideSimulator(seed: seed, cities: cities)
    remaining = count
    self.rate = rate
  }

  /// The events of the next few rides, when it is time for them; nil at the end.
  mutating func next() async throws -> [EncodedEvent]? {
    guard remaining > 0 else { return nil }
    var count = min(remaining, 250)
    if let rate {
      // What is due every twentieth of a second.
      count = min(count, max(1, Int(rate / 20)))
      try await Task.sleep(until: start + .seconds(Double(made) / rate))
    }
    var events: [EncodedEvent] = []
    events.reserveCapacity(count * 2)
    for _ in 0..<count {
      guard let ride = simulator.next() else { break }
      events.append(EncodedEvent(ride.requested.event, timestamp: ride.requested.at))
      events.append(EncodedEvent(ride.completed.event, timestamp: ride.completed.at))
    }
    remaining -= count
    made += count
    return events
  }
}
