import EventStreams
import HiredisClient
import Logging
import RedisTestSupport
import Testing

@Suite("A server that says nothing any more") struct SilenceTests {
  private func worker(_ bench: TestBench, _ url: RedisURL, _ lines: LoggedLines) -> Worker {
    var settings = bench.settings()
    settings.blockTime = .milliseconds(50)
    settings.responseTimeout = .milliseconds(400)
    return Worker(
      WorkerTests.counting(), namespace: bench.namespace, redis: url, settings: settings, log: lines.logger(.error))
  }

  /// Its worker says so no later than a moment after the timeout.
  private func noticed(_ lines: LoggedLines) async throws {
    let began = ContinuousClock.now
    try await eventually("it is noticed", within: .seconds(5)) { lines.contains("no answer within 0.4 seconds") }
    #expect(ContinuousClock.now - began < .seconds(2))
  }

  @Test("because it stands still is noticed within the response timeout, and work goes on when it does")
  func pausedServer() async throws {
    try await TestBench.run(shards: 1) { bench in
      let lines = LoggedLines()
      try await bench.running([worker(bench, bench.server.url, lines)]) {
        _ = try await bench.publish((0..<100).map { Noted("k", $0) })
        try await bench.settled("counting")
        await bench.server.pause()
        try await noticed(lines)
        await bench.server.resume()
        _ = try await bench.publish((100..<200).map { Noted("k", $0) })
        try await bench.settled("counting")
      }
      #expect(try await bench.state("counting", "counts") == ["k": "200"])
    }
  }

  @Test("because something between swallows what is said is noticed within the response timeout, and work goes on")
  func swallowedBytes() async throws {
    try await TestBench.run(shards: 1) { bench in
      let proxy = try SwallowingProxy(bench.server)
      defer { proxy.stop() }
      let lines = LoggedLines()
      try await bench.running([worker(bench, proxy.url, lines)]) {
        _ = try await bench.publish((0..<100).map { Noted("k", $0) })
        try await bench.settled("counting")
        proxy.swallow()
        _ = try await bench.publish((100..<200).map { Noted("k", $0) })
        try await noticed(lines)
        proxy.letThrough()
        try await bench.settled("counting")
      }
      #expect(try await bench.state("counting", "counts") == ["k": "200"])
    }
  }
}
