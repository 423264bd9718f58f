import EventStreams
import EventStreamsOperations
import HiredisClient
import RedisTestSupport
import Synchronization
import Testing

@Suite("An outage of what a service depends on") struct OutageTests {
  @Test("fills no dead letters: the service stops reading, says so, probes, and reads on when it is over")
  func outage() async throws {
    try await TestBench.run(shards: 2) { bench in
      let isDown = Mutex(true)
      let attempts = Mutex(0)
      var service = EventService(
        "dependent", concurrency: 8,
        retry: RetryPolicy(maxAttempts: 3, backoff: .init(base: .milliseconds(5), cap: .milliseconds(20))),
        breaker: CircuitBreakerPolicy(
          attempts: 20, minimumFailures: 10, minimumEvents: 5,
          probing: .init(base: .milliseconds(50), cap: .milliseconds(100))))
      service.on(Noted.self) { event in
        attempts.withLock { $0 += 1 }
        if isDown.withLock({ $0 }) { throw RetryLater(after: .zero, "the gateway is down") }
        return Effects { $0.increment("counts", event.data.key, by: 1) }
      }
      let events = (0..<2000).map { Noted("key-\($0 % 50)", $0, place: $0 % 2 == 0 ? "here" : "there") }
      _ = try await bench.publish(events)
      let inspector = Inspector(namespace: bench.namespace, connection: Connection(bench.server.url))
      try await bench.running([bench.worker(service, bench.settings(lease: .seconds(30)))]) {
        // Long before the next renewal of the leases.
        try await eventually("it says why it reads nothing") {
          // Both shards: none at all says nothing.
          try await inspector.status().count { $0.pausedBecause == "the gateway is down" } == 2
        }
        let before = attempts.withLock { $0 }
        try await eventually("it has probed ten times") { attempts.withLock { $0 } >= before + 10 }
        #expect(try await inspector.status().allSatisfy { $0.dead == 0 })
        isDown.withLock { $0 = false }
        try await bench.settled("dependent")
        try await eventually("it says that it reads") {
          try await inspector.status().allSatisfy { $0.pausedBecause == nil }
        }
      }
      #expect(try await inspector.status().allSatisfy { $0.dead == 0 })
      #expect(try await bench.state("dependent", "counts").values.allSatisfy { $0 == "40" })
    }
  }

  @Test("is not what a few bad events are, even if nothing else happens: they end in the dead letters")
  func badEvents() async throws {
    try await TestBench.run(shards: 1) { bench in
      var service = EventService(
        "dependent", retry: RetryPolicy(maxAttempts: 6, backoff: .init(base: .milliseconds(2), cap: .milliseconds(5))))
      service.on(Noted.self) { _ in throw RetryLater(after: .zero, "no") }
      _ = try await bench.publish((0..<3).map { Noted("key-\($0)", 0) })
      try await bench.running([bench.worker(service)]) { try await bench.settled("dependent") }
      #expect(try await bench.connection.integer(["XLEN", "test:{0}:dead:dependent"]) == 3)
    }
  }
}
