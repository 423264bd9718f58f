import EventStreams
import Redis
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
}
