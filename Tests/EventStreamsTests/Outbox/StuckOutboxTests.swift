import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("An outbox of which something can't be forwarded") struct StuckOutboxTests {
  /// Has a shard be unable to take anything.
  private func spoil(_ shard: Int, _ bench: TestBench) async throws {
    _ = try await bench.connection.call("SET", bench.namespace.log(shard, Remarked.topic), "in the way")
  }

  private func repair(_ shard: Int, _ bench: TestBench) async throws {
    _ = try await bench.connection.call("DEL", bench.namespace.log(shard, Remarked.topic))
  }

  @Test("holds up no other shard, however much of it there is, and goes on in order when it can")
  func others() async throws {
    try await TestBench.run(shards: 3) { bench in
      let it = try await OutboxBench(bench)
      try await spoil(1, bench)
      let (forwarder, pipeline) = await it.forwarder()
      // More than is read at once.
      for number in 0..<120 {
        try await it.log.commit(it.remarks([number], to: 1, 2))
        if number.isMultiple(of: 30) { await forwarder.finish() }
      }
      await forwarder.finish()
      #expect(try await it.given(2) == Array(0..<120))
      #expect(try await it.left() == 120)
      #expect(it.lines.all("cannot forward events to a shard").count == 1)
      try await repair(1, bench)
      try await it.log.commit(it.remarks([120], to: 1, 2))
      try await withThrowingTaskGroup { group in
        group.addTask { await forwarder.run() }
        group.addTask { await forwarder.lookAgain() }
        pipeline.outbox.note(0)
        try await eventually("all is forwarded") { try await it.left() == 0 }
        group.cancelAll()
      }
      for shard in 1...2 { #expect(try await it.given(shard) == Array(0...120)) }
      #expect(it.lines.contains("events are forwarded to a shard again"))
    }
  }

  @Test("has the shard's commits wait when it takes too much memory, and no longer than it does")
  func full() async throws {
    try await TestBench.run(shards: 2) { bench in
      let it = try await OutboxBench(bench)
      try await spoil(1, bench)
      let (forwarder, pipeline) = await it.forwarder(mostBytes: 10_000)
      try await it.log.commit(it.remarks(0..<5, to: 1))
      await forwarder.finish()
      #expect(!pipeline.outbox.isFull(0))
      try await it.log.commit(it.remarks(5..<100, to: 1))
      await forwarder.finish()
      #expect(pipeline.outbox.isFull(0))
      #expect(it.lines.contains("outbox is full"))
      try await repair(1, bench)
      try await withThrowingTaskGroup { group in
        group.addTask { await forwarder.run() }
        group.addTask { await forwarder.lookAgain() }
        try await eventually("it is not") { !pipeline.outbox.isFull(0) }
        group.cancelAll()
      }
      #expect(try await it.given(1) == Array(0..<100))
    }
  }

  @Test("holds something that no commit writes: what is behind that is forwarded, and nothing is removed")
  func unreadable() async throws {
    try await TestBench.run(shards: 2) { bench in
      let it = try await OutboxBench(bench)
      let outbox = bench.namespace.outbox(0, OutboxBench.service)
      for number in 1...60 { _ = try await bench.connection.call("XADD", outbox, "\(number)-1", "by", "hand") }
      _ = try await bench.connection.call("XADD", outbox, "61-1", "99", "1 -", "PUBLISH events x", "{}")
      try await it.log.commit(it.remarks(0..<5, to: 1))
      await it.forward()
      #expect(try await it.given(1) == Array(0..<5))
      #expect(try await it.left() == 61)
    }
  }

  @Test("keeps the events from being removed that it follows from")
  func trimming() async throws {
    try await TestBench.run(shards: 2) { bench in
      let it = try await OutboxBench(bench)
      try await spoil(1, bench)
      for (number, shard) in [0, 1, 0].enumerated() {
        let ids = try await it.log.read(10)
        var batch = it.log.batch(ids, it.remarks(number * 10..<number * 10 + 10, to: shard))
        batch.position = ids.last
        _ = try await it.log.send(batch, number: number + 1)
      }
      await it.forward()
      let trimmer = Trimmer(namespace: bench.namespace, connection: bench.connection)
      let retention = Retention(maxAge: nil, maxEntries: 0)
      func lengthWhenTrimmed() async throws -> Int {
        _ = try await trimmer.trim(shard: 0, retention)
        return try await bench.connection.integer(["XLEN", bench.namespace.log(0)])
      }
      #expect(try await lengthWhenTrimmed() == 20)
      try await repair(1, bench)
      await it.forward()
      #expect(try await lengthWhenTrimmed() == 0)
    }
  }

  @Test("is forwarded though the server's memory is full")
  func fullMemory() async throws {
    try await TestBench.run(shards: 2, arguments: ["--maxmemory-policy", "noeviction"]) { bench in
      let it = try await OutboxBench(bench)
      let ids = try await it.log.read(10)
      _ = try await bench.connection.call("CONFIG", "SET", "maxmemory", "1")
      _ = try await it.log.send(it.log.batch(ids, it.remarks(0..<10, to: 1)), number: 1)
      await it.forward()
      #expect(try await it.left() == 0)
      _ = try await bench.connection.call("CONFIG", "SET", "maxmemory", "0")
      #expect(try await it.given(1) == Array(0..<10))
    }
  }

  @Test("keeps its service from being removed")
  func removal() async throws {
    try await TestBench.run(shards: 2) { bench in
      let it = try await OutboxBench(bench)
      try await spoil(1, bench)
      try await it.log.commit(it.remarks(0..<10, to: 1))
      _ = try await bench.connection.call("HSET", bench.namespace.lease(0, OutboxBench.service), "owner", "")
      let groups = Groups(namespace: bench.namespace, connection: bench.connection)
      let refusal = await #expect(throws: GroupInUse.self) { _ = try await groups.remove(OutboxBench.service) }
      #expect(refusal?.description.contains("run it once more") == true)
      try await repair(1, bench)
      await it.forward()
      #expect(try await groups.remove(OutboxBench.service))
      #expect(try await bench.connection.strings(["KEYS", "*outbox*"]).isEmpty)
    }
  }
}
