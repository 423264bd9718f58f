import ArgumentParser
import EventStreams
import HiredisClient
import RideHailing

/// Publishes rides that were made before the clock starts: what is measured is the publisher.
struct PublishMade: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish", abstract: "Make rides, then publish them, and print events and seconds.")

  @Argument(help: "The namespace.")
  var namespace: String

  @Argument(help: "How many rides; two events each.")
  var rides: Int

  @Option(help: "The number of the namespace's shards.")
  var shards = Namespace.standardShardCount

  @Option(help: "Events in a batch.")
  var batch = 1000

  func run() async throws {
    let connection = Connection(try RedisURL.fromEnvironment())
    let namespace = try await Namespace.open(namespace, shardCount: shards, on: connection)
    let events = RideSimulator(seed: 1).prefix(rides).flatMap { ride in
      [
        EncodedEvent(ride.requested.event, timestamp: ride.requested.at),
        EncodedEvent(ride.completed.event, timestamp: ride.completed.at),
      ]
    }
    let batches = stride(from: 0, to: events.count, by: batch).map { Array(events[$0..<min($0 + batch, events.count)]) }
    var next = batches.makeIterator()
    let elapsed = try await ContinuousClock().measure {
      try await Publisher(namespace: namespace, connection: connection).publish(
        batches: { next.next() }, onPublished: { _, _ in })
    }
    print(events.count, Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18)
  }
}
