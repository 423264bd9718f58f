import EventStreams
import HiredisClient
import Logging
import RedisTestSupport
import Synchronization
import Testing

@Suite("A server that refuses to work") struct TroubleTests {
  @Test(
    "is survived by workers, which say what it answers, apply nothing by half, and go on when it is over",
    arguments: Trouble.all)
  func survives(_ trouble: Trouble) async throws {
    let user = ["--user", "worker", "on", ">secret", "~*", "&*", "+@all"]
    try await TestBench.run(shards: 1, arguments: user + trouble.arguments) { bench in
      let (gate, opener) = AsyncStream<Void>.makeStream()
      let isHandling = Mutex(false)
      var service = EventService("counting")
      service.on(Noted.self) { event in
        if event.data.number == 50 {
          isHandling.withLock { $0 = true }
          for await _ in gate {}
        }
        return Effects {
          $0.increment("counts", event.data.key, by: 1)
          $0.increment("sums", "all", by: event.data.number)
        }
      }
      var url = bench.server.url
      url.user = "worker"
      url.password = "secret"
      let lines = LoggedLines()
      let worker = Worker(
        service, namespace: bench.namespace, redis: url, settings: bench.settings(), log: lines.logger(.error))
      try await bench.running([worker]) {
        _ = try await bench.publish((0..<100).map { Noted("k", $0) })
        try await eventually("it is in the middle") { isHandling.withLock { $0 } }
        try await trouble.begin(bench)
        opener.finish()
        try await eventually("it says so") { lines.contains(trouble.description) }
        try await trouble.end(bench)
        try await bench.settled("counting")
      }
      #expect(try await bench.state("counting", "counts") == ["k": "100"])
      #expect(try await bench.state("counting", "sums") == ["all": "4950"])
    }
  }
}
