import EventStreams
import HiredisClient

/// Publishes events, each once whatever happens, with two batches on their way at any time.
struct PublishBench: Sendable {
  let settings: BenchSettings
  let namespace: Namespace
  let connection: Connection

  /// What came out.
  struct Figures: JSONWritable, Sendable {
    let events: Int
    let payloadBytes: Int
    let batchSize: Int
    let seconds: Double
    let serverSeconds: Double

    var eventsPerSecond: Double { Double(events) / seconds }
    var serverMicroseconds: Double { serverSeconds / Double(events) * 1e6 }
    var megabytesPerSecond: Double { eventsPerSecond * Double(payloadBytes) / 1e6 }

    func write(to json: inout JSONWriter) {
      json.object {
        $0.field("events", events)
        $0.field("payloadBytes", payloadBytes)
        $0.field("batchSize", batchSize)
        $0.field("seconds", seconds)
        $0.field("eventsPerSecond", eventsPerSecond.rounded())
        $0.field("megabytesPerSecond", (megabytesPerSecond * 10).rounded() / 10)
        $0.field("serverMicrosecondsPerEvent", serverMicroseconds)
      }
    }
  }

  func run() async throws -> Figures {
    try await publish(BenchRide.events(settings.events, size: settings.payloadSize), "publish")
  }

  func publish(_ events: [EncodedEvent], _ label: String) async throws -> Figures {
    let server = try await BenchServer.processorTime(connection)
    let start = ContinuousClock.now
    var next = 0
    var published = 0
    try await Publisher(namespace: namespace, connection: connection).publish(
      batches: {
        try Task.checkCancellation()
        guard next < events.count else { return nil }
        let end = min(next + settings.batchSize, events.count)
        defer { next = end }
        return Array(events[next..<end])
      },
      onPublished: { batch, _ in
        published += batch.count
        Terminal.progress("\(label): \(published) of \(events.count) events published")
      })
    let seconds = (ContinuousClock.now - start).inSeconds
    return Figures(
      events: events.count, payloadBytes: events.reduce(0) { $0 + $1.json.count } / max(1, events.count),
      batchSize: settings.batchSize, seconds: seconds,
      serverSeconds: try await BenchServer.processorTime(connection) - server)
  }
}
