import HiredisClient
import Logging
import RedisTestSupport
import Testing

@testable import EventStreams

@Suite("Two workers of one name") struct NamesakeTests {
  private func worker(_ bench: TestBench, _ lines: LoggedLines) -> Worker {
    Worker(
      WorkerTests.counting(), namespace: bench.namespace, redis: bench.server.url, settings: bench.settings("twin"),
      log: lines.logger(.notice))
  }

  private func epochs(_ bench: TestBench) async throws -> [String] {
    var epochs: [String] = []
    for shard in bench.namespace.shards {
      epochs += try await bench.connection.strings(["HMGET", bench.namespace.lease(shard, "counting"), "epoch"])
    }
    return epochs
  }

  @Test("leave each other alone: the second says so in one line, waits, and takes over when the first has gone")
  func wait() async throws {
    try await TestBench.run { bench in
      let (first, second) = (LoggedLines(), LoggedLines())
      try await bench.running([worker(bench, second)]) {
        // Whoever comes first works; the other is the second.
        _ = try await bench.publish((0..<100).map { Noted("k", $0) })
        try await bench.settled("counting")
        let before = try await epochs(bench)
        try await bench.running([worker(bench, first)]) {
          try await eventually("it says so") { first.contains("has the same name") }
          _ = try await bench.publish((100..<200).map { Noted("k", $0) })
          try await bench.settled("counting")
        }
        #expect(try await epochs(bench) == before)
        #expect(first.all("has the same name").count == 1)
        #expect(second.all("").count <= 2, "\(second.all(""))")
      }
      // After it has gone, nothing keeps the name.
      try await bench.running([worker(bench, first)]) {
        _ = try await bench.publish((200..<300).map { Noted("k", $0) })
        try await bench.settled("counting")
      }
      #expect(try await bench.state("counting", "counts") == ["k": "300"])
    }
  }

  @Test("that start at the same moment: one of them works")
  func atOnce() async throws {
    try await TestBench.run { bench in
      let lines = LoggedLines()
      try await bench.running((0..<3).map { _ in worker(bench, lines) }) {
        _ = try await bench.publish((0..<100).map { Noted("k", $0) })
        try await bench.settled("counting")
        try await eventually("the others wait") { lines.all("has the same name").count == 2 }
      }
      #expect(lines.all("cannot").isEmpty, "\(lines.all("cannot"))")
      #expect(try await bench.state("counting", "counts") == ["k": "100"])
    }
  }

  @Test("A name that a server would not take is refused at once")
  func invalid() async throws {
    try await TestBench.run { bench in
      for name in ["", "a b", "a\nb", "é", "a\u{7f}"] {
        await #expect(throws: WorkerSettings.InvalidName.self) {
          try await bench.worker(WorkerTests.counting(), WorkerSettings(name: name)).run()
        }
      }
    }
  }
}
