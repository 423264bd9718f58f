import EventStreams
import HiredisClient
import RedisTestSupport
import Testing

@Suite("A history that can't be read for a while") struct HistoryErrorTests {
  @Test("sends none of its events to the dead letters: errors are not deaths of a process")
  func errors() async throws {
    try await TestBench.run(shards: 1) { bench in
      var settings = bench.settings()
      settings.history = try await ThrowingHistory.taking(20, from: bench, failures: 5)
      try await bench.running([bench.worker(WorkerTests.counting(), settings)]) {
        try await bench.caughtUp("counting")
      }
      #expect(try await bench.connection.integer(["XLEN", "test:{0}:dead:counting"]) == 0)
      #expect(try await bench.state("counting", "counts").count == 20)
    }
  }

  @Test("has its events' attempts counted as those of the log are")
  func attempts() async throws {
    try await TestBench.run(shards: 1) { bench in
      var settings = bench.settings()
      settings.history = try await ThrowingHistory.taking(3, from: bench)
      var service = EventService(
        "trying", retry: RetryPolicy(maxAttempts: 4, backoff: .init(base: .milliseconds(1), cap: .milliseconds(1))))
      service.on(Noted.self) { event in
        if event.attempt <= event.data.number { throw RetryLater(after: .zero, "not yet") }
        return Effects { $0.set("attempts", event.data.key, to: event.attempt) }
      }
      try await bench.running([bench.worker(service, settings)]) { try await bench.caughtUp("trying") }
      #expect(try await bench.state("trying", "attempts") == ["k0": "1", "k1": "2", "k2": "3"])
    }
  }
}
