import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import Logging
import RideHailing

/// Runs services in this process, with all their effects, until they have handled everything.
struct ServiceBench: Sendable {
  let settings: BenchSettings
  let namespace: Namespace
  let connection: Connection

  /// What came out.
  struct Figures: JSONWritable, Sendable {
    let services: [String]
    let rides: Int
    /// Events handled: each event once by each service that is delivered its topic.
    let deliveries: Int
    let payloadBytes: Int
    let seconds: Double
    let clientSeconds: Double
    let serverSeconds: Double

    var ridesPerSecond: Double { Double(rides) / seconds }
    var deliveriesPerSecond: Double { Double(deliveries) / seconds }
    /// Of a delivery.
    var clientMicroseconds: Double { clientSeconds / Double(deliveries) * 1e6 }
    /// Of a ride.
    var serverMicroseconds: Double { serverSeconds / Double(rides) * 1e6 }

    func write(to json: inout JSONWriter) {
      json.object {
        $0.field("services", services)
        $0.field("rides", rides)
        $0.field("deliveries", deliveries)
        $0.field("payloadBytes", payloadBytes)
        $0.field("seconds", seconds)
        $0.field("ridesPerSecond", ridesPerSecond.rounded())
        $0.field("deliveriesPerSecond", deliveriesPerSecond.rounded())
        $0.field("clientMicrosecondsPerDelivery", clientMicroseconds)
        $0.field("serverMicrosecondsPerRide", serverMicroseconds)
      }
    }
  }

  /// The driver service through a log that is there already.
  func driver() async throws -> Figures {
    let events = BenchRide.events(settings.events, size: settings.payloadSize)
    _ = try await PublishBench(settings: settings, namespace: namespace, connection: connection).publish(
      events, "driver")
    return try await measure(["driver"], rides: events.count, payload: events) {}
  }

  /// All services while rides are published.
  func all() async throws -> Figures {
    let events = BenchRide.events(settings.rides, size: settings.payloadSize, requests: true)
    return try await measure(ChosenServices.list.names, rides: settings.rides, payload: events) {
      _ = try await PublishBench(settings: settings, namespace: namespace, connection: connection).publish(
        events, "services")
    }
  }

  private func measure(
    _ names: [String], rides: Int, payload: [EncodedEvent], _ publish: () async throws -> Void
  ) async throws -> Figures {
    let folder = FileManager.default.temporaryDirectory.appending(path: "rides-bench-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let configuration = ServiceConfiguration(
      archivePath: folder.appending(path: "archive.sqlite").path(percentEncoded: false),
      mail: Maildir(folder.appending(path: "outbox").path(percentEncoded: false)))
    var log = Logger(label: "bench", factory: { _ in LineLogHandler() })
    log.logLevel = .error
    let workers = try names.compactMap { name in
      try ChosenServices.list.make(name, configuration).map {
        Worker($0, namespace: namespace, redis: settings.redis, log: log)
      }
    }
    let inspector = Inspector(namespace: namespace, connection: Connection(settings.redis))
    let (client, server) = (BenchMachine.processorTime, try await BenchServer.processorTime(connection))
    let start = ContinuousClock.now
    return try await withThrowingTaskGroup { group in
      for worker in workers { group.addTask { try await worker.run() } }
      try await publish()
      try await handled(names, inspector)
      let seconds = (ContinuousClock.now - start).inSeconds
      let figures = Figures(
        services: names, rides: rides, deliveries: try await deliveries(inspector.overview(), to: names),
        payloadBytes: payload.last?.json.count ?? 0, seconds: seconds,
        clientSeconds: BenchMachine.processorTime - client,
        serverSeconds: try await BenchServer.processorTime(connection) - server)
      group.cancelAll()
      try await group.waitForAll()
      return figures
    }
  }

  /// How many events have been delivered to some services: all of their topics.
  private func deliveries(_ status: NamespaceStatus, to names: [String]) -> Int {
    var count = 0
    for group in status.groups where names.contains(group.service) {
      let topics = status.shards.first { $0.shard == group.shard }?.topics ?? []
      for topic in topics where group.delivered[topic.topic] != nil { count += topic.length }
    }
    return count
  }

  private func handled(_ names: [String], _ inspector: Inspector) async throws {
    while true {
      let remaining = try await inspector.remaining(names)
      let left = remaining.reduce(0) { $0 + $1.lag + $1.pending }
      if left == 0, remaining.allSatisfy(\.isStarted) { return }
      Terminal.progress("\(names.count == 1 ? names[0] : "services"): \(left) to be handled")
      try await Task.sleep(for: .milliseconds(20))
    }
  }
}
