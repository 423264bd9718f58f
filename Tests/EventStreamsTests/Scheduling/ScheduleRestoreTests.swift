import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("A log that is put back") struct ScheduleRestoreTests {
  @Test("comes with what waits, and with what was scheduled, cancelled and published meanwhile")
  func meanwhile() async throws {
    try await TestBench.run(shards: 1) { bench in
      let due = Timestamp.now() + .seconds(3600)
      let publisher = bench.publisher
      func schedule(_ numbers: ClosedRange<Int>, _ due: Timestamp) async throws {
        _ = try await publisher.publish(numbers.map { EncodedEvent(Noted("k", $0)) }, due: due)
      }
      try await schedule(1...9, due)
      try await schedule(10...12, .now() - .seconds(1))
      #expect(try await bench.moveDue().moved == 3)
      _ = try await publisher.cancel(["NOTED:k:1", "NOTED:k:2"])
      try await schedule(2...2, due + .seconds(1))
      let history = try await bench.inspector.entries(shard: 0, after: .zero, limit: 1000)
      let events = try await bench.inspector.scheduled()
      _ = try await bench.connection.call("FLUSHALL")
      _ = try await Namespace.open("test", shardCount: 1, on: bench.connection)

      // Producers go on: some of what they do they have done before.
      try await schedule(3...3, due)
      try await schedule(11...11, due)
      try await schedule(20...22, due + .seconds(2))
      var restore = try await LogRestore(
        namespace: bench.namespace, connection: bench.connection, shard: 0, run: RebuildRun())
      for entry in history {
        try await restore.add(
          RecordedEvent(
            shard: 0, entryID: entry.id, header: try EventHeader(ofEvent: entry.json.span, fallbackID: ""),
            json: entry.json), topic: entry.topic)
      }
      _ = try await publisher.cancel(["NOTED:k:21"])
      _ = try await publisher.publish(Noted("k", 4))
      let moved = try await restore.finish(through: history.last?.id, groups: [])
      #expect(moved > 0)

      let waiting = try await bench.inspector.scheduled()
      let kept = events.filter { $0.id != "NOTED:k:4" }
      #expect(waiting.filter { Set(kept.map(\.id)).contains($0.id) }.map(\.json) == kept.map(\.json))
      #expect(Set(waiting.map(\.id)).subtracting(kept.map(\.id)) == ["NOTED:k:11", "NOTED:k:20", "NOTED:k:22"])
      // All ids are known, and each event comes once.
      let again = try await publisher.publish((2...12).map { EncodedEvent(Noted("k", $0)) }, due: due)
      #expect(again.allSatisfy { $0.isDuplicate })
      try await bench.makeDue()
      try await bench.moveDue()
      let logged = try await bench.logged().map(\.id)
      #expect(logged.count == Set(logged).count)
      #expect(Set(logged) == Set(([2] + Array(3...12) + [20, 22]).map { "NOTED:k:\($0)" }))
    }
  }
}
