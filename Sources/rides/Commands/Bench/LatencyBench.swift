import EventStreams
import HiredisClient
import Histogram
import Logging
import RideHailing

/// How long it takes from the moment an event should be published until a service has committed what it makes of it: two writes, and no
/// event, so that what it commits is what was published.
///
/// The moment is the intended one, not the one at which the publisher got round to it: what waits because an earlier call took
/// long has waited (coordinated omission; Gil Tene, "How NOT to Measure Latency").
struct LatencyBench: Sendable {
  let settings: BenchSettings
  let namespace: Namespace
  let connection: Connection
  let commits: CommitTimes

  /// What came out, in microseconds.
  struct Figures: JSONWritable, Sendable {
    let rate: Double
    let events: Int
    let payloadBytes: Int
    let p50: Double
    let p90: Double
    let p99: Double
    let p999: Double
    let largest: Double

    func write(to json: inout JSONWriter) {
      json.object {
        $0.field("eventsPerSecond", rate)
        $0.field("events", events)
        $0.field("payloadBytes", payloadBytes)
        $0.field("p50Microseconds", p50)
        $0.field("p90Microseconds", p90)
        $0.field("p99Microseconds", p99)
        $0.field("p99.9Microseconds", p999)
        $0.field("maxMicroseconds", largest)
      }
    }
  }

  /// So that connections, leases and caches are what they are in a running system.
  private static let warmUpEvents = 500

  private static var service: EventService {
    var service = EventService("noting")
    service.on(RideCompleted.self) { event in
      Effects {
        $0.append(to: "noted", event.data.rideID)
        $0.increment("fares", event.data.driverID, by: event.data.fare.total)
      }
    }
    return service
  }

  func run() async throws -> Figures {
    let count = max(1, Int(settings.rate * settings.duration.inSeconds))
    // One city is one shard: it commits in the order of its log.
    let events = BenchRide.events(
      Self.warmUpEvents + count, size: settings.payloadSize, cities: Array(SimulatedCity.all.prefix(1)))
    var log = Logger(label: "bench", factory: { _ in LineLogHandler() })
    log.logLevel = .error
    let worker = Worker(Self.service, namespace: namespace, redis: settings.redis, log: log)
    return try await withThrowingTaskGroup { group in
      group.addTask { try await worker.run() }
      let publisher = Publisher(namespace: namespace, connection: connection)
      let earlier = commits.count
      for start in stride(from: 0, to: Self.warmUpEvents, by: 10) {
        _ = try await publisher.publish(Array(events[start..<start + 10]))
      }
      try await committed(earlier + Self.warmUpEvents)

      let metronome = Metronome(perSecond: settings.rate, start: .now + .milliseconds(100))
      var sent = 0
      for await _ in metronome.beats(count) {
        let due = min(count, metronome.due())
        guard due > sent else { continue }
        _ = try await publisher.publish(Array(events[Self.warmUpEvents + sent..<Self.warmUpEvents + due]))
        sent = due
        if sent % max(1, Int(settings.rate)) == 0 { Terminal.progress("latency: \(sent) of \(count) events") }
      }
      try Task.checkCancellation()
      try await committed(earlier + events.count)
      group.cancelAll()
      try await group.waitForAll()

      let times = commits.all[(earlier + Self.warmUpEvents)...].prefix(count)
      return try figures(
        zip(times, 0...).map { time, index in time - metronome.time(of: index) }, payload: events.last?.json.count ?? 0)
    }
  }

  private func committed(_ number: Int) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while commits.count < number {
      guard ContinuousClock.now < deadline else {
        throw Failure.timeout("what was published has not been committed within 60s")
      }
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  private func figures(_ latencies: [Duration], payload: Int) throws -> Figures {
    var histogram = Histogram<UInt64>(highestTrackableValue: 3_600_000_000_000)
    for latency in latencies { histogram.record(UInt64(max(0, latency.inSeconds) * 1e9)) }
    func microseconds(_ percentile: Double) -> Double {
      (Double(histogram.valueAtPercentile(percentile)) / 100).rounded() / 10
    }
    return Figures(
      rate: settings.rate, events: latencies.count, payloadBytes: payload, p50: microseconds(50), p90: microseconds(90),
      p99: microseconds(99), p999: microseconds(99.9), largest: microseconds(100))
  }
}
