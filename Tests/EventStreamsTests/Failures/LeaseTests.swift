import EventStreams
import Redis
import RedisTestSupport
import Synchronization
import Testing

@Suite("A lease") struct LeaseTests {
  @Test("is kept by a handler that takes ten lease times, though another worker waits for it; it runs once")
  func slowHandler() async throws {
    try await TestBench.run(shards: 1) { bench in
      let runs = Mutex(0)
      var service = EventService("slow")
      service.on(Noted.self) { event in
        runs.withLock { $0 += 1 }
        try await Task.sleep(for: .seconds(10))
        return Effects { $0.increment("counts", event.data.key, by: 1) }
      }
      let lease = "test:{0}:lease:slow"
      let names = ["a", "b"]
      try await bench.running(names.map { bench.worker(service, bench.settings($0, lease: .seconds(1))) }) {
        _ = try await bench.publish([Noted("k", 0)])
        try await eventually("it runs") { runs.withLock { $0 } == 1 }
        let before = try await bench.connection.strings(["HMGET", lease, "owner", "epoch"])
        try await bench.settled("slow")
        #expect(try await bench.connection.strings(["HMGET", lease, "owner", "epoch"]) == before)
      }
      #expect(runs.withLock { $0 } == 1)
      #expect(try await bench.state("slow", "counts") == ["k": "1"])
    }
  }

  @Test("ends with the consumers of earlier owners deleted, but none that has anything pending")
  func consumers() async throws {
    try await TestBench.run(shards: 1) { bench in
      let log = bench.topic.log(0)
      let ids = try await bench.publish((0..<20).map { Noted("k", $0) }).map(\.streamID)
      _ = try await bench.connection.call("XGROUP", "CREATE", log, "counting", "0")
      for consumer in ["dead", "idle"] {
        _ = try await bench.connection.call("XGROUP", "CREATECONSUMER", log, "counting", consumer)
      }
      _ = try await bench.connection.call("XREADGROUP", "GROUP", "counting", "dead", "STREAMS", log, ">")
      // A new owner that has come to the end, though something was left pending before it.
      let lease = ["FCALL", "eventstreams_lease_v1", "5", "test:{0}:lease:counting", log, "b", "r", "f"]
      let epoch = try await bench.connection.strings(
        lease + ["acquire", "counting", "new", "0", "0", "0", "1", "", ""])[0]
      let atEnd = try await bench.connection.strings([
        "FCALL", "eventstreams_recover_v1", "3", log, "test:{0}:lease:counting", "f", "counting", epoch, "new",
        ids[19].description, "500", "0",
      ])
      #expect(atEnd == [""])
      #expect(try await consumers(bench) == ["dead"])
      #expect(try await bench.connection.groups(of: log)["counting"]?.pending == 20)

      try await bench.running([bench.worker(WorkerTests.counting(), bench.settings("worker"))]) {
        try await bench.settled("counting")
        try await eventually("the dead one is deleted") { try await consumers(bench) == ["worker"] }
      }
      #expect(try await bench.state("counting", "counts") == ["k": "20"])
    }
  }

  private func consumers(_ bench: TestBench) async throws -> [String] {
    try Self.names(await bench.connection.call("XINFO", "CONSUMERS", bench.topic.log(0), "counting"))
  }

  private static func names(_ reply: borrowing Reply) throws -> [String] {
    var names: [String] = []
    for index in 0..<reply.root.count { names.append(try reply.root[index][field: "name"].string()) }
    return names
  }
}
