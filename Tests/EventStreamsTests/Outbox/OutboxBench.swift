import HiredisClient
import Logging
import RedisTestSupport

@testable import EventStreams

/// Commits by hand in shard 0 as a worker of the service `relay` would, and forwards what that leaves for other shards.
struct OutboxBench {
  let bench: TestBench
  let log: CommitLog
  let lines = LoggedLines()

  static let service = "relay"

  init(_ bench: TestBench) async throws {
    self.bench = bench
    log = CommitLog(bench: bench, service: Self.service)
    try await log.open()
  }

  var namespace: Namespace { bench.namespace }

  /// Effects that publish so many events to shards: `REMARKED:<key>:<number>`, a key for each shard.
  func remarks(_ numbers: some Sequence<Int>, to shards: Int...) -> [Effects] {
    numbers.map { number in
      Effects { effects in
        for shard in shards { effects.publish(Remarked("k\(shard)", number, place: bench.place(in: shard))) }
      }
    }
  }

  /// A forwarder as a new owner has it.
  func forwarder(mostBytes: Int = OutboxForwarder.standardMostBytes) async -> (OutboxForwarder, Pipeline) {
    let pipeline = Pipeline(
      service: EventService(Self.service), namespace: namespace, settings: bench.settings(),
      metrics: WorkerMetrics(service: Self.service), log: lines.logger(.critical))
    let shard = log.shard
    await pipeline.tell { $0.own(shard, blocked: []) }
    return (
      OutboxForwarder(
        pipeline: pipeline, connection: Connection(bench.server.url), namespace: namespace, mostBytes: mostBytes,
        log: lines.logger(.notice)), pipeline
    )
  }

  /// Forwards all that can be.
  func forward() async { await forwarder().0.finish() }

  /// Entries of the outbox.
  func left() async throws -> Int {
    try await bench.connection.integer(["XLEN", namespace.outbox(0, Self.service)])
  }

  /// The numbers of what a shard was given, in the order of its log.
  func given(_ shard: Int) async throws -> [Int] {
    try await bench.logged(shard).map(\.id).filter { $0.hasPrefix("REMARKED:k\(shard):") }.compactMap {
      Int($0.split(separator: ":")[2])
    }
  }

  // MARK: Moments

  /// What some of the server's keys hold.
  typealias Moment = [String: [UInt8]]

  private func keys(of shards: [Int]) async throws -> [String] {
    try await bench.connection.strings(["KEYS", "*"]).filter { key in shards.contains { key.contains("{\($0)}") } }
  }

  func moment(of shards: Int...) async throws -> Moment {
    let keys = try await keys(of: shards)
    var commands = Commands()
    for key in keys { commands.append("DUMP", key) }
    guard !keys.isEmpty else { return [:] }
    return try Self.moment(keys, await bench.connection.send(commands))
  }

  private static func moment(_ keys: [String], _ replies: borrowing Replies) throws -> Moment {
    var moment: Moment = [:]
    for (index, key) in keys.enumerated() {
      moment[key] = replies[index].bytes.withUnsafeBufferPointer { Array($0) }
    }
    return moment
  }

  /// Has shards be as they were.
  func goBack(to moment: Moment, of shards: Int...) async throws {
    var commands = Commands()
    for key in try await keys(of: shards) { commands.append("DEL", key) }
    for (key, dump) in moment where shards.contains(where: { key.contains("{\($0)}") }) {
      commands.begin(argumentCount: 4)
      commands.argument("RESTORE")
      commands.argument(key)
      commands.argument("0")
      commands.argument(dump)
    }
    _ = try await bench.connection.answers(to: commands)
  }

  /// Has shards forget which events they have been given.
  func forget(_ shards: Int...) async throws {
    for key in try await keys(of: shards) where key.contains(":seen:") {
      _ = try await bench.connection.call("DEL", key)
    }
  }
}

extension OutboxBench {
  /// The outbox as a forwarder reads it.
  func read() async throws -> Outbox {
    var commands = Commands()
    commands.append("XRANGE", namespace.outbox(0, Self.service), "-", "+")
    commands.append("HGETALL", namespace.sent(0, Self.service))
    return try Self.outbox(await bench.connection.send(commands))
  }

  private static func outbox(_ replies: borrowing Replies) throws -> Outbox {
    var outbox = Outbox(shard: 0, epoch: 0, stuck: nil)
    try outbox.read(replies[0], replies[1])
    return outbox
  }
}
