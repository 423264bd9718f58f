import EventStreams
import Foundation
import HiredisClient
import RedisTestSupport
import Testing

@Suite("rides bench") struct BenchTests {
  private func keys(_ bench: SystemBench) async throws -> [String] {
    try await bench.connection.strings(["KEYS", "*"])
  }

  @Test("measures everything, says on what, and leaves nothing behind")
  func everything() async throws {
    try await SystemBench.run { bench in
      let run = try await bench.rides(
        "bench", "--events", "600", "--rides", "100", "--rate", "100", "--seconds", "1", "--payload-size", "1000",
        "--lease-time", "300ms", "--format", "json")
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.errors.isEmpty)
      let report = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
      func number(_ measure: String, _ field: String) throws -> Double {
        let figures = try #require(report[measure] as? [String: Any])
        return try #require(figures[field] as? NSNumber).doubleValue
      }
      #expect(try number("machine", "cores") > 0)
      #expect((report["server"] as? [String: Any])?["appendOnlyFile"] as? String == "everysec")
      #expect(try number("publish", "events") == 600)
      #expect(try number("publish", "payloadBytes") == 1000)
      #expect(try number("publish", "eventsPerSecond") > 0)
      #expect(try number("driver", "ridesPerSecond") > 0)
      #expect(try number("services", "rides") == 100)
      // Requests, completions and what services publish in turn, once for each of six.
      #expect(try number("services", "deliveries") >= 100 * 12)
      #expect(try number("latency", "events") == 100)
      let percentiles = try ["p50", "p90", "p99", "p99.9", "max"].map { try number("latency", "\($0)Microseconds") }
      #expect(percentiles[0] > 0 && percentiles == percentiles.sorted())
      #expect(try number("takeover", "shards") == 4)
      // Nobody takes a shard over before its lease has run out, and the last renewal was a third of it ago at the most.
      #expect(try number("takeover", "firstCommitSeconds") >= 0.1)
      let (first, all) = (try number("takeover", "firstCommitSeconds"), try number("takeover", "allShardsSeconds"))
      #expect(all >= first)
      let left = try await keys(bench)
      #expect(left.isEmpty)
    }
  }

  @Test("touches no namespace that is there")
  func existing() async throws {
    try await SystemBench.run { bench in
      #expect(try await bench.rides("publish", "--simulate", "5").status == 0)
      let before = try await keys(bench).sorted()
      let run = try await bench.rides("bench", "--only", "publish", "--namespace", "rides")
      #expect(run.status == 1)
      #expect(run.errors.contains("there is a namespace 'rides'"))
      let after = try await keys(bench).sorted()
      #expect(after == before)

      // Nor a namespace of one of its measures, of which nothing but the name of a topic is left.
      _ = try await bench.connection.call("HSET", "mine-publish:{3}:topics", "rides", "")
      let other = try await bench.rides("bench", "--only", "publish", "--namespace", "mine")
      #expect(other.status == 1)
      let length = try await bench.connection.integer(["HLEN", "mine-publish:{3}:topics"])
      #expect(length == 1)
    }
  }

  @Test("cleans up when it is interrupted", arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
  func interrupted(signal: Int32, status: Int32) async throws {
    try await SystemBench.run { bench in
      let run = try RidesProcess(
        ["bench", "--only", "latency", "--seconds", "600", "--rate", "50"], redis: bench.url, isQuiet: true)
      try await eventually("it measures") { try await keys(bench).contains { $0.contains("-latency:{") } }
      run.send(signal)
      #expect(try await run.stopWhenDone() == status)
      let left = try await keys(bench)
      #expect(left.isEmpty)
    }
  }

  @Test("leaves room for those who use the server")
  func room() async throws {
    try await SystemBench.run { bench in
      _ = try await bench.connection.call("CONFIG", "SET", "maxmemory", "20mb")
      let run = try await bench.rides("bench", "--only", "publish")
      #expect(run.status == 1)
      #expect(run.errors.contains("left of its maxmemory"))
    }
  }

  @Test("says what is wrong with a call", arguments: [["--only", "speed"], ["--rate", "0"], ["--events", "-1"]])
  func usage(arguments: [String]) async throws {
    try await SystemBench.run { bench in
      let run = try await RidesProcess.run(all: ["bench"] + arguments, redis: bench.url)
      #expect(run.status == 64)
    }
  }
}
