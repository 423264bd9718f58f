import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("Logs that are put back after all was lost") struct OutboxRestoreTests {
  @Test(
    "have a service publish to other shards what it had and what it had not got there, and each event is there once, however old it is",
    arguments: [Duration.zero, .seconds(3 * 86_400)])
  func flushed(age: Duration) async throws {
    try await TestBench.run(shards: 2) { bench in
      let it = try await OutboxBench(bench)
      try await it.log.commit(it.remarks(0..<10, to: 1))
      await it.forward()
      try await it.log.commit(it.remarks(10..<20, to: 1))
      #expect(try await it.left() == 1)
      var history: [[Inspector.LogEntry]] = []
      for shard in 0..<2 {
        history.append(try await bench.inspector.entries(shard: shard, after: .zero, limit: 1000))
      }
      _ = try await bench.connection.call("FLUSHALL")
      _ = try await Namespace.open("test", shardCount: 2, on: bench.connection)
      for shard in 0..<2 {
        var restore = try await LogRestore(
          namespace: bench.namespace, connection: bench.connection, shard: shard, run: RebuildRun())
        var last: EntryID?
        for entry in history[shard] {
          let place = EntryID(
            milliseconds: entry.id.milliseconds - UInt64(age.wholeMilliseconds), sequence: entry.id.sequence)
          last = place
          try await restore.add(
            RecordedEvent(
              shard: shard, entryID: place, header: try EventHeader(ofEvent: entry.json.span, fallbackID: ""),
              json: entry.json), topic: entry.topic)
        }
        _ = try await restore.finish(through: last, groups: [])
      }
      let target = bench.place(in: 1)
      var service = EventService(OutboxBench.service)
      service.on(Noted.self) { event in Effects { $0.publish(Remarked("k1", event.data.number, place: target)) } }
      try await bench.running([bench.worker(service)]) {
        try await bench.caughtUp(OutboxBench.service)
        try await eventually("all is forwarded") {
          let given = try await it.given(1).count
          return try await it.left() == 0 && given >= 20
        }
      }
      #expect(try await it.given(1) == Array(0..<20))
    }
  }
}
