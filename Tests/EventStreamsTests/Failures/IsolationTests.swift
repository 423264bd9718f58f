import HiredisClient
import Logging
import RedisTestSupport
import Synchronization
import Testing

@testable import EventStreams

@Suite("What goes wrong with one shard", .serialized) struct IsolationTests {
  private static let far = (0..<100).map { "p\($0)" }

  /// Places in shards 0 and 1.
  private func places(_ bench: TestBench) -> (bad: String, good: String) {
    (
      Self.far.first { bench.namespace.shard(of: $0) == 0 } ?? "",
      Self.far.first { bench.namespace.shard(of: $0) == 1 } ?? ""
    )
  }

  @Test(
    "because a key of it has another type stops that shard alone, is said again and again but not in a flood, and is over when it is mended",
    arguments: ["lease:counting", "dead:counting", "blocked:counting", "retry:counting", ""])
  func wrongType(_ name: String) async throws {
    try await TestBench.run(shards: 2) { bench in
      let (bad, good) = places(bench)
      let key = name.isEmpty ? bench.namespace.log(0) : "\(bench.namespace.prefix(0)):\(name)"
      let lines = LoggedLines()
      var service = EventService("counting")
      service.on(Noted.self) { event in
        if event.data.key == "bad" { throw Unprocessable("it is bad") }
        return Effects { $0.increment("counts", event.data.key, by: 1) }
      }
      let worker = Worker(
        service, namespace: bench.namespace, redis: bench.server.url,
        settings: bench.settings(lease: .milliseconds(400)),
        log: lines.logger(.error))
      _ = try await bench.connection.call("SET", key, "something else")
      try await bench.running([worker]) {
        _ = try await bench.publish((0..<100).map { Noted("good", $0, place: good) })
        if !name.isEmpty {
          _ = try await bench.publish([Noted("bad", 0, place: bad)] + (0..<10).map { Noted("late", $0, place: bad) })
        }
        try await eventually("the other shard goes on") {
          try await bench.state("counting", "counts")["good"] == "100"
        }
        try await eventually("it is said", within: .seconds(20)) { lines.contains("cannot go on with a shard") }
        let renewed = try await bench.connection.text("HGET", bench.namespace.lease(1, "counting"), "seen")
        try await eventually("the other lease is renewed") {
          try await bench.connection.text("HGET", bench.namespace.lease(1, "counting"), "seen") != renewed
        }
        #expect(lines.all("").count < 30)
        _ = try await bench.connection.call("DEL", key)
        if name.isEmpty {
          _ = try await bench.publish([Noted("bad", 0, place: bad)] + (0..<10).map { Noted("late", $0, place: bad) })
        }
        try await bench.settled("counting", within: .seconds(40))
      }
      #expect(try await bench.state("counting", "counts") == ["good": "100", "late": "10"])
      #expect(try await bench.connection.integer(["XLEN", "test:{0}:dead:counting"]) == 1)
    }
  }

  @Test("because much of it was left pending holds up no other shard", arguments: [1, 4])
  func backlog(concurrency: Int) async throws {
    try await TestBench.run(shards: 2) { bench in
      let (slow, quick) = places(bench)
      var service = EventService("slow", concurrency: concurrency)
      service.on(Noted.self) { event in
        if event.data.place == slow { try await Task.sleep(for: .milliseconds(10)) }
        return Effects { $0.increment("counts", event.data.place, by: 1) }
      }
      _ = try await bench.publish((0..<400).map { Noted("k\($0)", $0, place: slow) })
      let log = bench.namespace.log(0)
      _ = try await bench.connection.call("XGROUP", "CREATE", log, "slow", "0")
      _ = try await bench.connection.call(
        "XREADGROUP", "GROUP", "slow", "dead", "COUNT", "400", "STREAMS", log, ">")
      var settings = bench.settings()
      settings.batchSize = 100
      try await bench.running([bench.worker(service, settings)]) {
        try await eventually("it has begun") { try await bench.state("slow", "counts")[slow] != nil }
        _ = try await bench.publish((0..<5).map { Noted("q", $0, place: quick) })
        try await eventually("the other is through") { try await bench.state("slow", "counts")[quick] == "5" }
        #expect(Int(try await bench.state("slow", "counts")[slow] ?? "") ?? 400 < 300)
        try await bench.settled("slow")
      }
      #expect(try await bench.state("slow", "counts") == [slow: "400", quick: "5"])
    }
  }
}
