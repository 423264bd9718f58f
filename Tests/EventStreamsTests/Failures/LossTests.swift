import EventStreams
import Foundation
import Logging
import Redis
import RedisTestSupport
import Synchronization
import Testing

@Suite("A server that loses something") struct LossTests {
  /// Keeps what is logged at the level that wakes people up.
  struct CriticalLog: LogHandler {
    final class Lines: Sendable {
      let all = Mutex<[String]>([])
    }

    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .critical

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { lines.all.withLock { $0.append("\(event.message)") } }
  }

  private func worker(_ bench: TestBench, _ lines: CriticalLog.Lines) -> Worker {
    Worker(
      WorkerTests.counting(), topic: bench.topic, redis: bench.server.url,
      settings: bench.settings(lease: .milliseconds(300)),
      log: Logger(label: "test") { _ in CriticalLog(lines: lines) })
  }

  @Test("has its group made again where it was, not at the beginning and not at the end, and says so")
  func lostGroup() async throws {
    try await TestBench.run(shards: 1) { bench in
      let lines = CriticalLog.Lines()
      try await bench.running([worker(bench, lines)]) {
        _ = try await bench.publish((0..<500).map { Noted("k", $0) })
        try await bench.settled("counting")
        var commands = Commands()
        commands.append("MULTI")
        commands.append("XGROUP", "DESTROY", bench.topic.log(0), "counting")
        for number in 500..<600 {
          let event = EncodedEvent(Noted("k", number))
          commands.append("XADD", bench.topic.log(0), "*", "event", String(decoding: event.json, as: UTF8.self))
        }
        commands.append("EXEC")
        _ = try await bench.connection.send(commands)
        try await eventually("it has handled what came meanwhile") {
          try await bench.state("counting", "counts") == ["k": "600"]
        }
        try await bench.settled("counting")
      }
      #expect(try await bench.state("counting", "counts") == ["k": "600"])
      #expect(lines.all.withLock { $0.contains { $0.contains("group was gone") } })
    }
  }

  @Test(
    "has everything that comes after FLUSHALL handled, by workers that say what was lost, reload their functions and stay idle meanwhile"
  )
  func flushed() async throws {
    try await TestBench.run(shards: 2) { bench in
      let lines = CriticalLog.Lines()
      try await bench.running([worker(bench, lines)]) {
        _ = try await bench.publish((0..<500).map { Noted("before", $0, place: $0 % 2 == 0 ? "here" : "there") })
        try await bench.settled("counting")
        var commands = Commands()
        commands.append("FLUSHALL")
        commands.append("FUNCTION", "FLUSH")
        _ = try await bench.connection.send(commands)
        let calls = try await commandsProcessed(bench)
        try await eventually("it works again") {
          try await bench.connection.integer(["EXISTS", "test:{0}:lease:counting"]) == 1
        }
        // What a loop without a pause would do in the time of a few leases.
        #expect(try await commandsProcessed(bench) - calls < 2000)
        _ = try await Topic.open("test", shardCount: 2, on: bench.connection)
        _ = try await bench.publish((0..<100).map { Noted("after", $0, place: $0 % 2 == 0 ? "here" : "there") })
        try await bench.settled("counting")
      }
      #expect(try await bench.state("counting", "counts") == ["after": "100"])
      #expect(lines.all.withLock { $0.contains { $0.contains("lost the end of the log") } })
    }
  }

  private func commandsProcessed(_ bench: TestBench) async throws -> Int {
    let reply = try await bench.connection.call("INFO", "stats")
    let line = try reply.root.string().split(separator: "\r\n").first { $0.hasPrefix("total_commands_processed:") }
    return Int(line?.split(separator: ":")[1] ?? "") ?? 0
  }
}
