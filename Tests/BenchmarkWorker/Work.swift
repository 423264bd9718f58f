import ArgumentParser
import EventStreams
import HiredisClient
import Logging
import RideHailing
import ServiceLifecycle
import Synchronization
import UnixSignals

/// A worker of a service that does as little as there is to do: what is measured is the runtime.
struct Work: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a service that decodes completed rides and adds up their fares.")

  @Argument(help: "The service's name.")
  var name: String

  @Option(help: "The namespace.")
  var namespace = "bench"

  @Option(help: "The number of its shards.")
  var shards = Namespace.standardShardCount

  @Flag(help: "Append each ride's id to the stream 'noted' of its state; otherwise there are no effects.")
  var notes = false

  func run() async throws {
    let url = try RedisURL.fromEnvironment()
    let connection = Connection(url)
    let namespace = try await Namespace.open(namespace, shardCount: shards, on: connection)
    await connection.close()
    let total = Total()
    var service = EventService(name)
    service.on(RideCompleted.self) { [notes] event in
      total.add(event.data.fare.total)
      guard notes else { return .none }
      return Effects { $0.append(to: "noted", event.data.rideID) }
    }
    var log = Logger(label: name) { StreamLogHandler.standardError(label: $0) }
    log.logLevel = .warning
    try await ServiceGroup(
      services: [Worker(service, namespace: namespace, redis: url, log: log)],
      gracefulShutdownSignals: [.sigterm, .sigint],
      logger: log
    ).run()
  }

  /// What the fares come to.
  private final class Total: Sendable {
    private let sum = Atomic(0)
    func add(_ amount: Int) { sum.wrappingAdd(amount, ordering: .relaxed) }
  }
}
