import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams

@Suite("A commit") struct CommitTests {
  private static let increment = Effects { $0.increment("counts", "all", by: 1) }

  @Test(
    "of which only some entries are pending any more applies nothing, and has all of them pending again, but for what will be delivered again",
    arguments: [0, 4, 10], [true, false])
  func partlyPending(settled: Int, asLetters: Bool) async throws {
    try await TestBench.run(shards: 1) { bench in
      let (log, name) = (CommitLog(bench: bench, service: "counting"), bench.namespace.log(0))
      try await log.open()
      let ids = try await log.read(10)
      if settled > 0 {
        _ = try await bench.connection.call(["XACK", name, "counting"] + ids.prefix(settled).map(\.description))
      } else {
        // As a server that went back to the moment before the last three were delivered.
        _ = try await bench.connection.call(["XACK", name, "counting"] + ids.suffix(3).map(\.description))
        _ = try await bench.connection.call("XGROUP", "SETID", name, "counting", ids[6].description)
      }
      _ = try await bench.connection.call("HSET", bench.namespace.blocked(0, "counting"), "k", "1")
      let batch =
        asLetters ? log.parking(ids) : log.batch(ids, Array(repeating: Self.increment, count: 10))
      await #expect { _ = try await log.send(batch, number: 1) } throws: { ($0 as? RedisError)?.prefix == "REWOUND" }
      #expect(try await bench.state("counting", "counts").isEmpty)
      #expect(try await bench.connection.integer(["XLEN", bench.namespace.dead(0, "counting")]) == 0)
      let pending = settled > 0 ? 10 : 7
      #expect(try await bench.connection.groups(of: name)["counting"]?.pending == pending)
      let again = try await bench.connection.call(
        "XREADGROUP", "GROUP", "counting", "by-hand", "STREAMS", name, ">")
      #expect((again.root.isNil ? 0 : again.root[0][1].count) == 10 - pending)
    }
  }

  @Test(
    "whose number is not the next one is refused: the server forgot some commits; repeated, it is not applied again")
  func numbers() async throws {
    try await TestBench.run(shards: 1) { bench in
      let log = CommitLog(bench: bench, service: "counting")
      try await log.open()
      let batch = log.batch(try await log.read(3), Array(repeating: Self.increment, count: 3))
      await #expect { _ = try await log.send(batch, number: 2) } throws: { ($0 as? RedisError)?.prefix == "REWOUND" }
      #expect(try await bench.state("counting", "counts").isEmpty)
      #expect(try await log.send(batch, number: 1).acknowledged == 3)
      #expect(try await log.send(batch, number: 1).acknowledged == -1)
      #expect(try await bench.state("counting", "counts") == ["all": "3"])
    }
  }

  @Test("that parks events whose key is free says which it did not park, and says it again when it is repeated")
  func parkedInVain() async throws {
    try await TestBench.run(shards: 1) { bench in
      let log = CommitLog(bench: bench, service: "counting")
      try await log.open()
      let ids = try await log.read(3)
      let batch = log.parking(ids)
      for _ in 0..<2 { #expect(try await log.send(batch, number: 1).unparked == ids) }
      #expect(try await bench.connection.groups(of: bench.namespace.log(0))["counting"]?.pending == 3)
      _ = try await bench.connection.call("HSET", bench.namespace.blocked(0, "counting"), "k", "1")
      for _ in 0..<2 { #expect(try await log.send(batch, number: 2).unparked.isEmpty) }
      #expect(try await bench.connection.groups(of: bench.namespace.log(0))["counting"]?.pending == 0)
    }
  }

  @Test(
    "of a shard whose pending entry has the greatest delivery count there is can be made: the shard is taken, and the count is kept"
  )
  func greatestDeliveryCount() async throws {
    try await TestBench.run(shards: 1) { bench in
      let (log, namespace) = (CommitLog(bench: bench, service: "counting"), bench.namespace)
      try await log.open()
      let id = try await log.read(1)[0]
      _ = try await bench.connection.call(
        "XCLAIM", namespace.log(0), "counting", "by-hand", "0", id.description, "RETRYCOUNT", "9223372036854775807",
        "JUSTID")
      // Its owner died while it handled that one.
      _ = try await bench.connection.call("HSET", namespace.lease(0, "counting"), "trying", "+", "epoch", "1")
      try await log.open()
      let recovered = try await bench.connection.call(
        RecoverCall(
          namespace: namespace, shard: log.shard, service: "counting", worker: "by-hand", after: .zero, count: 10,
          others: false
        ))
      #expect(recovered.entries.map(\.deliveries) == [1_000_000_000_000_000])
    }
  }

  @Test("of an entry that was given out twice is refused: somebody has moved the group")
  func twice() async throws {
    try await TestBench.run(shards: 1) { bench in
      let log = CommitLog(bench: bench, service: "counting")
      try await log.open()
      let ids = try await log.read(2)
      let batch = log.batch([ids[0], ids[1], ids[1]], Array(repeating: Self.increment, count: 3))
      await #expect { _ = try await log.send(batch, number: 1) } throws: { ($0 as? RedisError)?.prefix == "SHIFTED" }
      #expect(try await bench.state("counting", "counts").isEmpty)
    }
  }

  @Test("of an entry that was settled before is refused, also one that moves nothing: somebody has moved the group")
  func settledBefore() async throws {
    try await TestBench.run(shards: 1) { bench in
      let log = CommitLog(bench: bench, service: "counting")
      try await log.open()
      let ids = try await log.read(3)
      var batch = log.batch(ids, Array(repeating: Self.increment, count: 3))
      batch.position = ids[2]
      _ = try await log.send(batch, number: 1)
      _ = try await bench.connection.call("XGROUP", "SETID", bench.namespace.log(0), "counting", "0")
      #expect(try await log.read(of: Namespace.standardTopic) == ids)
      var again = log.batch([ids[1]], [Self.increment])
      again.position = ids[1]
      await #expect { _ = try await log.send(again, number: 2) } throws: { ($0 as? RedisError)?.prefix == "SHIFTED" }
      #expect(try await bench.state("counting", "counts") == ["all": "3"])
    }
  }

  @Test(
    "of a history is told from its repetition, from one that comes too early, and settles nothing twice; what it passes over stays open"
  )
  func history() async throws {
    try await TestBench.run(shards: 1) { bench in
      let log = CommitLog(bench: bench, service: "counting")
      try await log.begin(until: EntryID(milliseconds: 10, sequence: 0))
      let ids = (0..<6).map { EntryID(milliseconds: UInt64($0), sequence: 0) }
      let lease = bench.namespace.lease(0, "counting")
      func send(
        _ settled: [Int], through position: Int? = nil, passing passed: [Int] = [], open: Int = 0, isEnd: Bool = false,
        number: Int
      ) async throws -> Int {
        var batch = log.batch(settled.map { ids[$0] }, settled.map { _ in Self.increment })
        batch.position = position.map { ids[$0] }
        batch.open = open
        batch.history = CommitBatch.History(passed: passed.map { ids[$0] }, isEnd: isEnd)
        return try await log.send(batch, number: number).acknowledged
      }
      func expectRefusal(_ prefix: String, _ body: () async throws -> Int) async {
        do {
          _ = try await body()
          Issue.record("it was not refused")
        } catch {
          #expect((error as? RedisError)?.message.hasPrefix("\(prefix) ") == true, "\(error)")
        }
      }
      #expect(try await send([1, 3], through: 3, passing: [2], open: 1, number: 1) == 2)
      #expect(try await send([1, 3], through: 3, passing: [2], open: 1, number: 1) == -1)
      await expectRefusal("REWOUND") { try await send([4], through: 4, open: 1, number: 3) }
      await expectRefusal("SHIFTED") { try await send([3], through: 3, open: 1, number: 2) }
      await expectRefusal("SHIFTED") { try await send([5], through: 5, number: 2) }
      await expectRefusal("REWOUND") { try await send([5], through: 5, passing: [4], open: 3, number: 2) }
      await expectRefusal("SHIFTED") { try await send([], isEnd: true, number: 2) }
      #expect(try await bench.state("counting", "counts") == ["all": "2"])
      #expect(try await send([2, 4], through: 4, number: 2) == 2)
      let batch = log.batch([ids[5]], [Self.increment])
      await #expect { _ = try await log.send(batch, number: 3) } throws: { ($0 as? RedisError)?.prefix == "REWOUND" }
      #expect(try await send([], isEnd: true, number: 3) == 0)
      #expect(try await bench.connection.strings(["HMGET", lease, "position"]) == ["9-18446744073709551615"])
      await expectRefusal("REWOUND") { try await send([5], through: 5, number: 4) }
      #expect(try await bench.state("counting", "counts") == ["all": "4"])
    }
  }

  @Test("of an earlier owner is refused, and has no effect")
  func fenced() async throws {
    try await TestBench.run(shards: 1) { bench in
      let log = CommitLog(bench: bench, service: "counting")
      try await log.open()
      let ids = try await log.read(3)
      let batch = log.batch(ids, Array(repeating: Self.increment, count: 3))
      let lease = bench.namespace.lease(0, "counting")
      let epoch = try await bench.connection.text("HGET", lease, "epoch")
      for (owner, epoch) in [("by-hand", "1"), ("somebody else", epoch), ("", epoch)] {
        _ = try await bench.connection.call("HSET", lease, "owner", owner, "epoch", epoch)
        await #expect { _ = try await log.send(batch, number: 1) } throws: { ($0 as? RedisError)?.prefix == "FENCED" }
      }
      #expect(try await bench.state("counting", "counts").isEmpty)
    }
  }
}
