import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("What waits until it is due") struct SchedulingCostTests {
  /// The commands that the server has run since the last time, those inside functions counted, by name.
  private func commands(_ bench: TestBench) async throws -> [String: Int] {
    let text = try await bench.connection.text("INFO", "commandstats")
    var counts: [String: Int] = [:]
    for line in text.split(separator: "\r\n") {
      let fields = line.split(separator: ":calls=")
      guard line.hasPrefix("cmdstat_"), fields.count == 2, !line.contains("info"), !line.contains("config") else {
        continue
      }
      counts[String(fields[0].dropFirst(8))] = Int(fields[1].prefix(while: \.isNumber))
    }
    _ = try await bench.connection.call("CONFIG", "RESETSTAT")
    return counts
  }

  @Test("costs publications and commits no command more, 100,000 events as none")
  func hotPath() async throws {
    try await TestBench.run(shards: 1) { bench in
      let log = CommitLog(bench: bench, service: "any")
      try await log.open()
      func work() async throws -> [String: Int] {
        _ = try await commands(bench)
        for _ in 0..<5 {
          try await log.commit(
            (0..<20).map { number in
              Effects {
                $0.increment("h", "f", by: 1)
                $0.publish(Noted("k", -1), id: "follow-up \(Timestamp.now()) \(number)")
              }
            })
        }
        return try await commands(bench)
      }
      _ = try await work()
      let without = try await work()
      let due = Timestamp.now() + .seconds(86_400)
      let before = try await bench.connection.usedMemory()
      for part in 0..<100 {
        _ = try await bench.publisher.publish(
          (0..<1000).map { EncodedEvent(Noted("later", part * 1000 + $0)) }, due: due + .seconds(part))
      }
      #expect(try await bench.inspector.scheduledCount() == 100_000)
      // Their records stand in a topic of their own, which this service has nothing to do with.
      #expect(try await work() == without)
      // Beside the log, which keeps a record of each.
      let memory = try await bench.connection.usedMemory() - before
      let kept = try await bench.connection.integer([
        "MEMORY", "USAGE", bench.namespace.log(0, Namespace.scheduleTopic), "SAMPLES", "0",
      ])
      #expect((memory - kept) / 100_000 < 700, "\((memory - kept) / 100_000) bytes each")
    }
  }
}

extension Connection {
  fileprivate func usedMemory() throws -> Int {
    let text = try text("INFO", "memory")
    let line = text.split(separator: "\r\n").first { $0.hasPrefix("used_memory:") }
    return line.flatMap { Int($0.dropFirst(12)) } ?? 0
  }
}
