import HiredisClient

@testable import EventStreams

/// Commits by hand, as a worker of a service would that owns shard 0.
final class CommitLog {
  private let bench: TestBench
  private let subscription: Subscription
  private var epoch = 0
  private var topics = [Namespace.standardTopic]
  private var commits = 0
  private var events = 0

  init(bench: TestBench, service: String, topics: [String] = [Namespace.standardTopic]) {
    self.bench = bench
    subscription = Subscription(service, topics: topics)
  }

  private var service: String { subscription.service }

  var shard: OwnedShard {
    OwnedShard(
      number: 0, epoch: epoch, topics: topics, subscription: subscription,
      reader: CommittedState(namespace: bench.namespace, service: service, connection: bench.connection))
  }

  /// Takes the lease.
  @discardableResult
  func open() async throws -> LeaseCall.Answer {
    let answer = try await bench.connection.call(
      LeaseCall(
        action: .acquire, namespace: bench.namespace, shard: 0, subscription: subscription, worker: "by-hand", epoch: 0,
        timeToLive: .seconds(600)))
    (epoch, topics) = (answer.epoch ?? 0, answer.topics)
    return answer
  }

  /// Takes the lease of a service that begins with a history before the log's first place.
  func begin(until place: EntryID) async throws {
    _ = try await bench.connection.call(
      BeginCall(namespace: bench.namespace, shard: 0, subscription: subscription))
    _ = try await bench.connection.call("HSET", bench.namespace.lease(0, service), "history", place.description)
    try await open()
  }

  /// The next of what earlier owners left pending.
  func recover(after: EntryID = .zero, count: Int = 100) async throws -> [RecoverCall.Entry] {
    try await bench.connection.call(
      RecoverCall(
        namespace: bench.namespace, shard: shard, service: service, worker: "by-hand", after: after, count: count,
        others: false)
    ).entries
  }

  /// Reads what there is of some topics, in one call.
  @discardableResult
  func read(of topics: String..., count: Int = 100) async throws -> [EntryID] {
    let streams = topics.map { bench.namespace.log(0, $0) } + topics.map { _ in ">" }
    let arguments = ["XREADGROUP", "GROUP", service, "by-hand", "COUNT", "\(count)", "STREAMS"] + streams
    return try Self.ids(await bench.connection.call(arguments))
  }

  private static func ids(_ reply: borrowing Reply) throws -> [EntryID] {
    var ids: [EntryID] = []
    for stream in 0..<(reply.root.isNil ? 0 : reply.root.count) {
      for entry in 0..<reply.root[stream][1].count {
        ids.append(EntryID(try reply.root[stream][1][entry][0].string()) ?? .zero)
      }
    }
    return ids.sorted()
  }

  /// Publishes so many events, and reads what there is.
  func read(_ count: Int) async throws -> [EntryID] {
    let first = events
    events += count
    let published = try await bench.publish((0..<count).map { Noted("k", first + $0, place: bench.place(in: 0)) })
    _ = try await bench.connection.call(
      "XREADGROUP", "GROUP", service, "by-hand", "COUNT", "100000", "STREAMS", bench.namespace.log(0), ">")
    return published.map(\.entryID)
  }

  /// A batch that settles entries with one event's effects each.
  func batch(_ ids: [EntryID], _ effects: [Effects], speculates: Bool = false) -> CommitBatch {
    let routes = ShardRoutes(bench.namespace, shard: 0, service: service)
    var batch = CommitBatch(shard: shard, CommitBatch.Style(routes: routes, speculates: speculates))
    for (id, effects) in zip(ids, effects) {
      batch.acknowledge(delivery(id), effects, prefix: bench.namespace.state(0, service, ""))
    }
    return batch
  }

  /// Sends a batch under a number; returns what the function says was acknowledged, and what was not parked.
  func send(_ batch: CommitBatch, number: Int) async throws -> (acknowledged: Int, unparked: [EntryID]) {
    var commands = Commands()
    commands.append(CommitCall(batch, namespace: bench.namespace, service: service, worker: "by-hand", number: number))
    return try Self.answer(await bench.connection.call(commands))
  }

  private static func answer(_ reply: borrowing Reply) throws -> (acknowledged: Int, unparked: [EntryID]) {
    var unparked: [EntryID] = []
    for index in 2..<reply.root.count { unparked.append(EntryID(try reply.root[index].string()) ?? .zero) }
    return (try reply.root[0].integer(), unparked)
  }

  /// A batch that parks entries.
  func parking(_ ids: [EntryID]) -> CommitBatch {
    var batch = CommitBatch(shard: shard)
    for id in ids {
      batch.bury(
        CommitBatch.Letter(
          delivery: delivery(id), isParked: true,
          about: DeadLetter.About(reason: "waits", attempts: 0, failures: nil, worker: "by-hand", at: .now())))
    }
    return batch
  }

  /// A batch that settles one entry, which failed before, counts another's failure, and buries a third.
  func everything(_ ids: [EntryID], _ effects: Effects) -> CommitBatch {
    let failures = Failures(after: nil, error: "it failed", at: .now(), retryAt: nil)
    var batch = CommitBatch(shard: shard)
    batch.acknowledge(delivery(ids[0], failures), effects, prefix: bench.namespace.state(0, service, ""))
    batch.count(delivery(ids[1]), deliveries: 2, failures: failures)
    batch.bury(
      CommitBatch.Letter(
        delivery: delivery(ids[2]), isParked: false,
        about: DeadLetter.About(reason: "it failed", attempts: 1, failures: failures, worker: "by-hand", at: .now())))
    batch.endRedrive(of: "another")
    batch.position = ids[2]
    return batch
  }

  func delivery(_ id: EntryID, _ failures: Failures? = nil, topic: Int = 0) -> Delivery {
    let header = EventHeader(id: id.description, type: Noted.eventType, timestamp: id.recordedAt, key: "k")
    return Delivery(
      shard: shard, topic: topic, entryID: id, header: header, work: .none, deliveries: 1, failures: failures)
  }

  /// Publishes as many events as there are effects, and commits these as theirs in one batch.
  /// With `speculates` it takes for granted that fields are absent that must be; if one is there, all is committed again as it is
  /// meant, as a worker does.
  ///
  /// - Parameters:
  ///   - ids: of events that were published and read; nil to do so.
  ///   - whenSurprised: is called in between.
  /// - Returns: false if it was committed again.
  @discardableResult
  func commit(
    _ effects: [Effects], ids known: [EntryID]? = nil, speculates: Bool = false,
    whenSurprised: () async throws -> Void = {}
  ) async throws -> Bool {
    let ids = if let known { known } else { try await read(effects.count) }
    commits += 1
    let number = commits
    do {
      do {
        _ = try await send(batch(ids, effects, speculates: speculates), number: number)
        return true
      } catch let error as RedisError where error.prefix == "SURPRISED" {
        try await whenSurprised()
        _ = try await send(batch(ids, effects), number: number)
        return false
      }
    } catch {
      // Nothing was done: the number is still to come.
      commits -= 1
      throw error
    }
  }
}
