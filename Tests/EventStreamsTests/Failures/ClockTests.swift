import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("A server whose clock was set back") struct ClockTests {
  @Test("keeps no dead worker as owner: another takes over within its lease time, and nobody sees it as alive")
  func deadOwner() async throws {
    try await TestBench.run(shards: 2) { bench in
      _ = try await bench.publish((0..<10).map { Noted("k", $0) })
      // Renewed ten minutes from now, for a second; its group is there.
      let now = try await bench.connection.strings(["TIME"])
      let future = (Int(now[0]) ?? 0) * 1000 + 600_000
      for shard in bench.namespace.shards {
        _ = try await bench.connection.call(
          "HSET", bench.namespace.lease(shard, "counting"), "owner", "dead", "epoch", "1", "until", "\(future + 1000)",
          "seen", "\(future)", "commit", "0", "trying", "+")
        _ = try await bench.connection.call(
          "XGROUP", "CREATE", bench.namespace.log(shard), "counting", "0", "MKSTREAM")
      }
      _ = try await bench.connection.call("HSET", "test:workers:counting", "dead", "\(future) 1000 0,1")
      let inspector = Inspector(namespace: bench.namespace, connection: bench.connection)
      #expect(try await inspector.status().allSatisfy { $0.owner == nil })
      let began = ContinuousClock.now
      try await bench.running([bench.worker(WorkerTests.counting(), bench.settings("new", lease: .seconds(1)))]) {
        try await bench.settled("counting")
        // Two lease times, and what a loaded machine adds; by the dead worker's own word it would be ten minutes.
        #expect(ContinuousClock.now - began < .seconds(60))
        try await eventually("it has all") { try await inspector.status().allSatisfy { $0.owner == "new" } }
      }
      #expect(try await bench.state("counting", "counts") == ["k": "10"])
    }
  }
}
