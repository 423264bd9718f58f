import HiredisClient
import RandomTestSupport
import RedisTestSupport
import Testing

@testable import EventStreams

@Suite("The queue of a shard") struct ShardQueueTests {
  private func rules(concurrency: Int) -> QueueRules {
    var settings = WorkerSettings()
    settings.batchSize = 3
    let retry = RetryPolicy(maxAttempts: 3, backoff: .init(base: .milliseconds(1), cap: .milliseconds(1)))
    return QueueRules(EventService("counting", concurrency: concurrency, retry: retry), settings)
  }

  /// Entries of some keys, each of another size.
  private func log(_ keys: [Int]) -> [Delivery] {
    keys.enumerated().map { number, key in
      let id = EntryID(milliseconds: 1, sequence: UInt64(number + 1))
      return Delivery(
        shard: OwnedShard(number: 0, epoch: 1, reader: NoState()), entryID: id,
        header: EventHeader(id: "e\(number)", type: "NOTED", timestamp: id.recordedAt, key: QueueWorld.keys[key]),
        work: .call { _ in .none }, deliveries: 1, failures: nil, bytes: 100 + number)
    }
  }

  private func random(_ start: () throws -> QueueWorld, seed: UInt64, steps count: Int) throws {
    var generator = Seeded(state: (seed + 1) &* 0x9E37_79B9_7F4A_7C15)
    var world = try start()
    var made: [QueueWorld.Step] = []
    do {
      for _ in 0..<count {
        guard let step = world.steps.randomElement(using: &generator) else { break }
        switch step {
        // What ends epochs comes seldom.
        case .lose, .retire, .discard: if Int.random(in: 0..<8, using: &generator) > 0 { continue }
        default: break
        }
        made.append(step)
        try world.make(step)
      }
      try world.finish()
    } catch {
      let (least, problem) = shrunk(made, from: start)
      Issue.record("seed \(seed): \(problem ?? error) after \(least.map { "\($0)" }.joined(separator: ", "))")
      throw error
    }
  }

  /// As few of some steps as still end badly.
  private func shrunk(_ steps: [QueueWorld.Step], from start: () throws -> QueueWorld) -> (
    [QueueWorld.Step], (any Error)?
  ) {
    var least = steps
    var problem = problem(after: least, from: start)
    var index = 0
    while index < least.count {
      var fewer = least
      fewer.remove(at: index)
      if let found = self.problem(after: fewer, from: start) {
        (least, problem) = (fewer, found)
      } else {
        index += 1
      }
    }
    return (least, problem)
  }

  private func problem(after steps: [QueueWorld.Step], from start: () throws -> QueueWorld) -> (any Error)? {
    do {
      var world = try start()
      for step in steps where world.steps.contains(step) { try world.make(step) }
      try world.finish()
      return nil
    } catch {
      return error
    }
  }

  @Test(
    "keeps the order of keys, loses nothing, does nothing twice and holds what is in flight, whatever happens in whatever order",
    arguments: [1, 2, 4])
  func whatever(concurrency: Int) throws {
    for seed in 0..<400 as Range<UInt64> {
      var generator = Seeded(state: (seed + 1) &* 0x9E37_79B9_7F4A_7C15)
      let keys = (0..<24).map { _ in Int.random(in: 0..<3, using: &generator) }
      try random({ QueueWorld(log(keys), rules: rules(concurrency: concurrency)) }, seed: seed, steps: 120)
    }
  }

  @Test("does so with a history before the log", arguments: [1, 2, 4])
  func history(concurrency: Int) throws {
    for seed in 0..<400 as Range<UInt64> {
      var generator = Seeded(state: (seed + 1) &* 0x9E37_79B9_7F4A_7C15)
      let keys = (0..<24).map { _ in Int.random(in: 0..<3, using: &generator) }
      let count = Int.random(in: 1...24, using: &generator)
      try random(
        { QueueWorld(log(keys), historyCount: count, rules: rules(concurrency: concurrency)) }, seed: seed, steps: 160)
    }
  }

  @Test("does so in each of the orders in which little can happen", arguments: [1, 2])
  func exhaustive(concurrency: Int) throws {
    var count = 0
    for keys in [[0, 0, 1], [0, 1, 0]] {
      try explore({ QueueWorld(log(keys), rules: rules(concurrency: concurrency)) }, after: [], depth: 5, &count)
      try explore(
        { QueueWorld(log(keys), historyCount: 2, rules: rules(concurrency: concurrency)) }, after: [.ask(3), .tell],
        depth: 5, &count)
    }
    #expect(count > 1000)
  }

  /// - Parameter steps: what happens first.
  private func explore(
    _ start: () -> QueueWorld, after steps: [QueueWorld.Step], depth: Int, _ count: inout Int
  ) throws {
    var world = start()
    for step in steps { try world.make(step) }
    guard depth > 0 else {
      count += 1
      return try world.finish()
    }
    for step in world.steps { try explore(start, after: steps + [step], depth: depth - 1, &count) }
  }

  @Test("does so with what is read as pages, too")
  func pages() async throws {
    try await TestBench.run(shards: 1) { bench in
      for seed in 0..<200 as Range<UInt64> {
        var generator = Seeded(state: (seed + 1) &* 0x9E37_79B9_7F4A_7C15)
        let (log, page) = try await log(of: bench, &generator)
        try random({ QueueWorld(log, page: page, rules: rules(concurrency: 1)) }, seed: seed, steps: 120)
      }
    }
  }

  /// A log that a server has, and how it gives it.
  private func log(of bench: TestBench, _ generator: inout Seeded) async throws -> ([Delivery], Page) {
    let shard = OwnedShard(number: 0, epoch: 1, reader: NoState())
    let stream = bench.namespace.log(0)
    _ = try await bench.connection.call("DEL", stream)
    for number in 0..<24 {
      let key = QueueWorld.keys[Int.random(in: 0..<3, using: &generator)]
      let event = #"{"id":"e\#(number)","type":"NOTED","timestamp":"2026-01-01T00:00:00Z","key":"\#(key)","data":{}}"#
      _ = try await bench.connection.call("XADD", stream, "1-\(number + 1)", "event", event)
    }
    _ = try await bench.connection.call("XGROUP", "CREATE", stream, "g", "0")
    var commands = Commands()
    commands.append(["XREADGROUP", "GROUP", "g", "w", "COUNT", "100", "STREAMS", stream, ">"])
    let page = Self.page(try await bench.connection.send(commands), shard)
    let log = (0..<page.count).map { index in
      let key = Self.key(page, index)
      return Delivery(
        shard: shard, entryID: page.id(index),
        header: EventHeader(id: "e\(index)", type: "NOTED", timestamp: .now(), key: key),
        work: .call { _ in .none }, deliveries: 1, failures: nil, bytes: page.bytes(index))
    }
    return (log, page)
  }

  private static func page(_ replies: consuming Replies, _ shard: OwnedShard) -> Page {
    let count = replies[0][0][1].count
    return Page(of: Page.Answer(replies), [Page.Part(topic: 0, stream: 0, count: count)], shard: shard)
  }

  private static func key(_ page: Page, _ index: Int) -> String {
    var decoder = EntryDecoder(service: EventService("any"))
    return page.delivery(index, &decoder).key
  }
}
