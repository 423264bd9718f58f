import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams

@Suite("However much one call is about") struct LargeCallTests {
  @Test("it settles 20,000 entries with as many effects, keys, conditions and follow-ups in one commit")
  func commit() async throws {
    try await TestBench.run(shards: 1) { bench in
      let log = CommitLog(bench: bench, service: "any")
      try await log.open()
      let count = 20000
      let ids = try await log.read(count)
      let effects = (0..<count).map { number in
        Effects { effects in
          effects.when("rides", "ride \(number)", .isAbsent) {
            $0.set("rides", "ride \(number)", to: "1")
            $0.increment("counts", "field \(number)", by: 1)
            $0.append(to: "stream \(number)", number)
            $0.publish(Noted("follow-up", number))
          }
          effects.when("rides", "ride \(number)", .equals("1")) { $0.increment("counts", "all", by: 1) }
        }
      }
      var batch = log.batch(ids, effects, speculates: true)
      batch.position = ids.last
      #expect(try await log.send(batch, number: 1).acknowledged == count)
      #expect(try await bench.connection.integer(["HLEN", bench.namespace.state(0, "any", "rides")]) == count)
      #expect(try await bench.connection.text("HGET", bench.namespace.state(0, "any", "counts"), "all") == "\(count)")
      #expect(
        try await bench.connection.integer(["XLEN", bench.namespace.state(0, "any", "stream \(count - 1)")]) == 1)
      #expect(try await bench.connection.integer(["XLEN", bench.namespace.log(0)]) == 2 * count)
    }
  }

  @Test(
    "it hands over 20,000 pending entries, keeps 9,400 of them behind the position, and ends as many redrives and failures"
  )
  func recover() async throws {
    try await TestBench.run(shards: 1) { bench in
      let (namespace, connection) = (bench.namespace, bench.connection)
      let log = CommitLog(bench: bench, service: "any")
      try await log.open()
      let ids = try await log.read(20000)
      let recovered = try await connection.call(
        RecoverCall(
          namespace: namespace, shard: log.shard, service: "any", worker: "by-hand", after: .zero, count: 20000,
          others: false))
      #expect(recovered.entries.count == 20000)
      // Of an odd number of hundreds only the last is settled.
      var batch = log.batch([ids[19999]], [.none])
      batch.position = ids[9400]
      batch.open = 9401
      for number in 0..<9400 { batch.endRedrive(of: "\(number)") }
      #expect(try await log.send(batch, number: 1).acknowledged == 1)
      #expect(try await connection.integer(["SCARD", "\(namespace.lease(0, "any")):behind"]) == 9401)
      // Nothing is lost with the group.
      _ = try await connection.call("XGROUP", "DESTROY", namespace.log(0), "any")
      try await log.open()
      #expect(try await connection.groups(of: namespace.log(0))["any"]?.pending == 9401)
    }
  }

  @Test("it publishes 50,000 events, and knows them all the second time")
  func publish() async throws {
    try await TestBench.run(shards: 1) { bench in
      let events = (0..<50000).map { EncodedEvent(Noted("k", $0)) }
      let call = PublishCall(
        namespace: bench.namespace, shard: 0, events: events,
        indexes: Array(events.indices)[...])
      let first = try await bench.connection.call(call)
      #expect(Set(first.map(\.entryID)).count == 50000)
      let again = try await bench.connection.call(call)
      #expect(again.map(\.entryID) == first.map(\.entryID) && again.allSatisfy(\.isDuplicate))
      #expect(try await bench.connection.integer(["XLEN", bench.namespace.log(0)]) == 50000)
    }
  }
}
