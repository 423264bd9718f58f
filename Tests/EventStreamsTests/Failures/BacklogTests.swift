import EventStreams
import EventStreamsOperations
import HiredisClient
import RedisTestSupport
import Testing

@Suite("A backlog") struct BacklogTests {
  @Test("fills a worker's window and no more, however long it is")
  func window() async throws {
    try await TestBench.run { bench in
      let (gate, opener) = AsyncStream<Void>.makeStream()
      var service = EventService("counting")
      service.on(Noted.self) { event in
        for await _ in gate {}
        return Effects { $0.increment("counts", event.data.key, by: 1) }
      }
      _ = try await bench.publish((0..<5000).map { Noted("k", $0, place: $0 % 2 == 0 ? "here" : "there") })
      var settings = bench.settings()
      settings.window = 100
      settings.batchSize = 20
      func pending() async throws -> Int {
        try await Inspector(namespace: bench.namespace, connection: bench.connection).status().reduce(0) {
          $0 + $1.pending
        }
      }
      try await bench.running([bench.worker(service, settings)]) {
        // The next read waits until half the window is free.
        try await eventually("the window is filled") { try await pending() > 50 }
        // The server has answered a later read by then, if there was one.
        var most = 0
        for _ in 0..<50 { most = max(most, try await pending()) }
        #expect(most <= 100)
        opener.finish()
        try await bench.settled("counting")
      }
      #expect(try await bench.state("counting", "counts").values.reduce(0) { $0 + (Int($1) ?? 0) } == 5000)
    }
  }

  @Test(
    "of large events fills a worker's memory to its bound and no further; one that is larger than the bound gets through alone"
  )
  func windowBytes() async throws {
    try await TestBench.run(shards: 1) { bench in
      let (gate, opener) = AsyncStream<Void>.makeStream()
      var service = EventService("counting")
      service.on(Noted.self) { event in
        for await _ in gate {}
        return Effects { $0.increment("counts", event.data.key, by: 1) }
      }
      let filler = String(repeating: "x", count: 3_000)
      _ = try await bench.publish((0..<200).map { Noted("k-\(filler)", $0) })
      _ = try await bench.publish([Noted("large-\(String(repeating: "x", count: 20_000))", 0)])
      var settings = bench.settings()
      settings.windowBytes = 50_000
      settings.batchSize = 2
      func pending() async throws -> Int {
        try await Inspector(namespace: bench.namespace, connection: bench.connection).status().reduce(0) {
          $0 + $1.pending
        }
      }
      try await bench.running([bench.worker(service, settings)]) {
        try await eventually("it has read what it may") { try await pending() >= 3 }
        var most = 0
        for _ in 0..<50 { most = max(most, try await pending()) }
        #expect(most <= 5)
        opener.finish()
        try await bench.settled("counting")
      }
      #expect(try await bench.state("counting", "counts").values.sorted() == ["1", "200"])
    }
  }

  @Test("is where a new service begins, or after now, an entry or a time, as it was told")
  func startPositions() async throws {
    try await TestBench.run(shards: 1) { bench in
      for number in 0..<4 {
        // Two milliseconds apart at least, so that a time lies between.
        _ = try await bench.connection.call(
          "XADD", bench.namespace.log(0), "\(1000 + number * 1000)-1", "event",
          #"{"type":"NOTED","timestamp":"2026-04-03T10:30:00Z","data":{"key":"\#(number)","number":0}}"#)
      }
      let starts: [(String, StartPosition, Int)] = [
        ("all", .beginning, 4), ("none", .now, 0), ("after-two", .after(EntryID(milliseconds: 2000, sequence: 1)), 2),
        ("from-third", .time(Timestamp(microsecondsSinceEpoch: 3_000_000)), 2),
        ("past-third", .time(Timestamp(microsecondsSinceEpoch: 3_001_000)), 1),
      ]
      for (name, start, count) in starts {
        var settings = bench.settings()
        settings.start = start
        try await bench.running([bench.worker(WorkerTests.counting(name), settings)]) {
          try await bench.settled(name)
        }
        #expect(try await bench.state(name, "counts").count == count, "\(name)")
      }
    }
  }
}
