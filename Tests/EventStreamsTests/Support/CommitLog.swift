import Redis

@testable import EventStreams

/// Commits by hand, as a worker of a service would that owns shard 0.
final class CommitLog {
  private let bench: TestBench
  private let service: String
  private var term = 0
  private var commits = 0
  private var events = 0

  init(bench: TestBench, service: String) {
    self.bench = bench
    self.service = service
  }

  private var shard: OwnedShard {
    OwnedShard(
      number: 0, term: term,
      reader: CommittedState(topic: bench.topic, service: service, connection: bench.connection))
  }

  /// Takes the lease.
  func open() async throws {
    let topic = bench.topic
    let values = try await bench.connection.strings([
      "FCALL", FunctionLibrary.lease, "5", topic.lease(0, service), topic.log(0), topic.blocked(0, service),
      topic.redrive(0, service), topic.retry(0, service), "acquire", service, "by-hand", "0", "600000", "0", "", "",
    ])
    term = Int(values[0]) ?? 0
  }

  /// Publishes and reads so many events.
  func read(_ count: Int) async throws -> [StreamID] {
    let first = events
    events += count
    let published = try await bench.publish((0..<count).map { Noted("k", first + $0) })
    _ = try await bench.connection.call(
      "XREADGROUP", "GROUP", service, "by-hand", "COUNT", String(count), "STREAMS", bench.topic.log(0), ">")
    return published.map(\.streamID)
  }

  /// A batch that settles entries with one event's effects each.
  func batch(_ ids: [StreamID], _ effects: [Effects]) -> CommitBatch {
    var batch = CommitBatch(shard: shard)
    for (id, effects) in zip(ids, effects) {
      batch.acknowledge(delivery(id), effects, prefix: bench.topic.state(0, service, ""))
    }
    return batch
  }

  /// Sends a batch under a number; returns what the function says was acknowledged, and what was not parked.
  func send(_ batch: CommitBatch, number: Int) async throws -> (acknowledged: Int, unparked: [StreamID]) {
    var commands = Commands()
    batch.encode(into: &commands, topic: bench.topic, service: service, worker: "by-hand", number: number)
    return try Self.answer(await bench.connection.call(commands))
  }

  private static func answer(_ reply: borrowing Reply) throws -> (acknowledged: Int, unparked: [StreamID]) {
    var unparked: [StreamID] = []
    for index in 2..<reply.root.count { unparked.append(StreamID(try reply.root[index].string()) ?? .zero) }
    return (try reply.root[0].integer(), unparked)
  }

  /// A batch that parks entries.
  func parking(_ ids: [StreamID]) -> CommitBatch {
    var batch = CommitBatch(shard: shard)
    for id in ids {
      batch.bury(
        CommitBatch.Letter(
          delivery: delivery(id), isParked: true,
          about: DeadLetter.About(reason: "waits", attempts: 0, failures: nil, worker: "by-hand", at: .now())))
    }
    return batch
  }

  private func delivery(_ id: StreamID) -> Delivery {
    let header = EventHeader(id: id.description, type: Noted.eventType, timestamp: id.recordedAt, key: "k")
    return Delivery(shard: shard, streamID: id, header: header, work: .none, deliveries: 1, failures: nil)
  }

  /// Publishes as many events as there are effects, and commits these as theirs in one batch.
  func commit(_ effects: [Effects]) async throws {
    let ids = try await read(effects.count)
    commits += 1
    let number = commits
    _ = try await send(batch(ids, effects), number: number)
  }
}
