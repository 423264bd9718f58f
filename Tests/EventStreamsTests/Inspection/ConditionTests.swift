import EventStreams
import EventStreamsOperations
import HiredisClient
import RedisTestSupport
import Testing

@Suite("How a service is") struct ConditionTests {
  /// Logs an event as of so many seconds ago, as a server would have that has stood still since.
  private func log(_ number: Int, secondsAgo: Int, _ bench: TestBench) async throws -> EntryID {
    let now = try await bench.connection.strings(["TIME"])
    let id = "\((try #require(Int(now[0])) - secondsAgo) * 1000)-\(number)"
    let event = EncodedEvent(Noted("k", number))
    _ = try await bench.connection.call(
      "XADD", bench.namespace.log(0), id, "event", String(decoding: event.json, as: UTF8.self))
    return try #require(EntryID(id))
  }

  private func status(_ bench: TestBench) async throws -> ServiceStatus {
    let inspector = Inspector(namespace: bench.namespace, connection: bench.connection)
    return try #require(ServiceStatus.all(try await inspector.overview()).first)
  }

  /// A group, and a lease on its shard that goes on for a minute, as a worker has it.
  private func own(_ bench: TestBench) async throws {
    let now = try #require(Int(try await bench.connection.strings(["TIME"])[0])) * 1000
    _ = try await bench.connection.call(
      "HSET", "test:{0}:lease:noting", "owner", "w", "until", "\(now + 60_000)", "seen", "\(now)", "epoch", "1",
      "position", "0-0")
  }

  @Test("says to the second how long the oldest event has waited, whether it was delivered or not")
  func lagTime() async throws {
    try await TestBench.run(shards: 1) { bench in
      let connection = bench.connection
      let log = bench.namespace.log(0)
      _ = try await connection.call("HSET", bench.namespace.topics(0), "events", "0")
      let first = try await self.log(1, secondsAgo: 300, bench)
      let second = try await self.log(2, secondsAgo: 100, bench)
      _ = try await connection.call("XGROUP", "CREATE", log, "noting", "0")
      try await own(bench)
      func expect(_ seconds: Int, _ oldest: EntryID?, _ state: ServiceCondition.State) async throws {
        let inspector = Inspector(namespace: bench.namespace, connection: connection)
        let group = try #require(try await inspector.status().first)
        #expect(group.oldest?.entryID == oldest)
        #expect((seconds..<seconds + 5).contains(Int(group.lagTime.components.seconds)), "\(group.lagTime)")
        let status = try await status(bench)
        #expect(status.condition.state == state && status.lagTime >= .seconds(seconds), "\(status.condition)")
      }
      try await expect(300, first, .lagging)
      // Delivered, and still the oldest; then acknowledged, and the other one is.
      _ = try await connection.call("XREADGROUP", "GROUP", "noting", "w", "COUNT", "1", "STREAMS", log, ">")
      try await expect(300, first, .lagging)
      _ = try await connection.call("XACK", log, "noting", "\(first)")
      try await expect(100, second, .lagging)
      _ = try await connection.call("XREADGROUP", "GROUP", "noting", "w", "STREAMS", log, ">")
      _ = try await connection.call("XACK", log, "noting", "\(second)")
      try await expect(0, nil, .ok)
    }
  }

  @Test("is stopped when nobody runs it, abandoned after five minutes, stalled when a handler does not come back")
  func states() async throws {
    try await TestBench.run(shards: 1) { bench in
      let connection = bench.connection
      let log = bench.namespace.log(0)
      _ = try await connection.call("HSET", bench.namespace.topics(0), "events", "0")
      let entry = try await self.log(1, secondsAgo: 90, bench)
      _ = try await connection.call("XGROUP", "CREATE", log, "noting", "0")
      #expect(try await status(bench).condition.state == .abandoned)
      try await own(bench)
      #expect(try await status(bench).condition.state == .lagging)
      _ = try await connection.call("XREADGROUP", "GROUP", "noting", "w", "STREAMS", log, ">")
      _ = try await connection.call("XCLAIM", log, "noting", "w", "0", "\(entry)", "IDLE", "70000")
      let stalled = try await status(bench).condition
      #expect(stalled.state == .stalled && stalled.reason?.contains("w has had entry \(entry)") == true, "\(stalled)")
      let now = try #require(Int(try await connection.strings(["TIME"])[0])) * 1000
      for (seen, state) in [(20, ServiceCondition.State.stopped), (400, .abandoned)] {
        _ = try await connection.call(
          "HSET", "test:{0}:lease:noting", "until", "\(now - seen * 1000)", "seen", "\(now - seen * 1000)")
        let condition = try await status(bench).condition
        #expect(condition.state == state && condition.reason?.contains("nobody has run it for") == true, "\(condition)")
      }
      let pauses = Pauses(namespace: bench.namespace, connection: connection)
      try await own(bench)
      try await pauses.add(Pause(.service, reason: "the disk is full"), to: "noting")
      let paused = try await status(bench).condition
      #expect(paused.state == .paused && paused.reason == "the disk is full")
    }
  }
}
