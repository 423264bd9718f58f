import Redis
import RedisTestSupport
import Testing

@testable import EventStreams

@Suite("A commit") struct CommitTests {
  private static let increment = Effects { $0.increment("counts", "all", by: 1) }

  @Test("of entries that somebody else has acknowledged in part has each effect once, and acknowledges the others")
  func partlyAcknowledged() async throws {
    try await TestBench.run(shards: 1) { bench in
      let log = CommitLog(bench: bench, service: "counting")
      try await log.open()
      let ids = try await log.read(10)
      _ = try await bench.connection.call(["XACK", bench.topic.log(0), "counting"] + ids[2..<6].map(\.description))
      let batch = log.batch(ids, Array(repeating: Self.increment, count: 10))
      #expect(try await log.send(batch, number: 1).acknowledged == 6)
      #expect(try await bench.state("counting", "counts") == ["all": "10"])
      #expect(try await bench.connection.groups(of: bench.topic.log(0))["counting"]?.pending == 0)
      // Its answer was lost.
      #expect(try await log.send(batch, number: 1).acknowledged == -1)
      #expect(try await bench.state("counting", "counts") == ["all": "10"])
    }
  }

  @Test("of entries none of which is pending has no effect")
  func acknowledgedBefore() async throws {
    try await TestBench.run(shards: 1) { bench in
      let log = CommitLog(bench: bench, service: "counting")
      try await log.open()
      let ids = try await log.read(3)
      _ = try await bench.connection.call(["XACK", bench.topic.log(0), "counting"] + ids.map(\.description))
      let batch = log.batch(ids, Array(repeating: Self.increment, count: 3))
      #expect(try await log.send(batch, number: 1).acknowledged == 0)
      #expect(try await bench.state("counting", "counts").isEmpty)
    }
  }

  @Test("that parks events whose key is free says which it did not park, and says it again when it is repeated")
  func parkedInVain() async throws {
    try await TestBench.run(shards: 1) { bench in
      let log = CommitLog(bench: bench, service: "counting")
      try await log.open()
      let ids = try await log.read(3)
      let batch = log.parking(ids)
      for _ in 0..<2 { #expect(try await log.send(batch, number: 1).unparked == ids) }
      #expect(try await bench.connection.groups(of: bench.topic.log(0))["counting"]?.pending == 3)
      _ = try await bench.connection.call("HSET", bench.topic.blocked(0, "counting"), "k", "1")
      for _ in 0..<2 { #expect(try await log.send(batch, number: 2).unparked.isEmpty) }
      #expect(try await bench.connection.groups(of: bench.topic.log(0))["counting"]?.pending == 0)
    }
  }

  @Test("of an earlier owner is refused, and has no effect")
  func fenced() async throws {
    try await TestBench.run(shards: 1) { bench in
      let log = CommitLog(bench: bench, service: "counting")
      try await log.open()
      let ids = try await log.read(3)
      let batch = log.batch(ids, Array(repeating: Self.increment, count: 3))
      _ = try await bench.connection.call("HSET", bench.topic.lease(0, "counting"), "epoch", "1")
      await #expect { _ = try await log.send(batch, number: 1) } throws: { "\($0)".contains("FENCED") }
      #expect(try await bench.state("counting", "counts").isEmpty)
    }
  }
}
