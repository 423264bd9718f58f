import HiredisClient
import RedisTestSupport
import Synchronization
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("A worker") struct WorkerTests {
  /// Counts, and keeps the sequence per key: a state in which a lost, doubled or reordered event shows.
  static func counting(_ name: String = "counting") -> EventService {
    var service = EventService(name)
    service.on(Noted.self) { event in
      Effects {
        $0.increment("counts", event.data.key, by: 1)
        $0.increment("sums", "all", by: event.data.number)
        $0.append(to: "sequence:\(event.data.key)", event.data.number)
      }
    }
    return service
  }

  @Test("handles every event of every shard once, in order per key")
  func once() async throws {
    try await TestBench.run { bench in
      let events = (0..<2000).map { Noted("key-\($0 % 7)", $0, place: $0 % 2 == 0 ? "here" : "there") }
      let published = try await bench.publish(events)
      #expect(published.allSatisfy { !$0.isDuplicate })
      try await bench.running([bench.worker(Self.counting())]) {
        try await bench.settled("counting")
      }
      let counts = try await bench.state("counting", "counts")
      #expect(counts.values.compactMap { Int($0) }.reduce(0, +) == 2000)
    }
  }

  @Test("does not see again what was published twice")
  func duplicates() async throws {
    try await TestBench.run { bench in
      let events = (0..<100).map { Noted("k", $0) }
      let first = try await bench.publish(events)
      let second = try await bench.publish(events + [Noted("k", 100), Noted("k", 100)])
      #expect(second.prefix(100).allSatisfy { $0.isDuplicate })
      #expect(second.prefix(100).map(\.entryID) == first.map(\.entryID))
      #expect(!second[100].isDuplicate)
      #expect(second[101].isDuplicate)
      try await bench.running([bench.worker(Self.counting())]) { try await bench.settled("counting") }
      let counts = try await bench.state("counting", "counts")
      #expect(counts == ["k": "101"])
    }
  }

  @Test("tries a failed event again, holds back its key, lets the others pass")
  func retry() async throws {
    try await TestBench.run(shards: 1) { bench in
      let order = Mutex<[String]>([])
      let failures = Mutex(0)
      var service = EventService(
        "flaky", concurrency: 4,
        retry: RetryPolicy(maxAttempts: 5, backoff: .init(base: .milliseconds(50), cap: .seconds(1))))
      service.on(Noted.self) { event in
        if event.data.key == "bad", event.data.number == 0,
          failures.withLock({
            $0 += 1; return $0 < 3
          })
        {
          throw RetryLater(after: .milliseconds(30), "not yet")
        }
        order.withLock { $0.append("\(event.data.key)\(event.data.number)") }
        return Effects { $0.increment("counts", event.data.key, by: 1) }
      }
      _ = try await bench.publish([Noted("bad", 0), Noted("bad", 1), Noted("good", 0), Noted("bad", 2)])
      try await bench.running([bench.worker(service)]) { try await bench.settled("flaky") }
      let seen = order.withLock { $0 }
      #expect(seen.first == "good0")
      #expect(seen.filter { $0.hasPrefix("bad") } == ["bad0", "bad1", "bad2"])
      let counts = try await bench.state("flaky", "counts")
      #expect(counts == ["bad": "3", "good": "1"])
    }
  }

  @Test(
    "moves what can't be handled to the dead letters, parks its key, and goes on with the others; redrive replays in order"
  )
  func deadLetters() async throws {
    try await TestBench.run(shards: 1) { bench in
      let isBroken = Mutex(true)
      var service = EventService("strict")
      service.on(Noted.self) { event in
        if event.data.key == "bad", event.data.number == 1, isBroken.withLock({ $0 }) {
          throw Unprocessable("it is bad")
        }
        return Effects {
          $0.increment("counts", event.data.key, by: 1)
          $0.append(to: "sequence", event.data.number)
        }
      }
      _ = try await bench.publish((0..<5).map { Noted("bad", $0) } + (0..<5).map { Noted("good", $0) })
      let letters = DeadLetters(namespace: bench.namespace, connection: bench.connection)
      try await bench.running([bench.worker(service)]) {
        try await bench.settled("strict")
        let counts = try await bench.state("strict", "counts")
        #expect(counts == ["bad": "1", "good": "5"])
        let dead = try await letters.list(service: "strict")
        #expect(dead.map(\.isParked) == [false, true, true, true])
        #expect(dead.first?.about.reason == "it is bad")
        isBroken.withLock { $0 = false }
        let keys = try await letters.redrive(dead)
        #expect(keys == 1)
        try await eventually("the letters are handled") { try await letters.list(service: "strict").isEmpty }
        _ = try await bench.publish([Noted("bad", 5)])
        try await bench.settled("strict")
      }
      let counts = try await bench.state("strict", "counts")
      #expect(counts == ["bad": "6", "good": "5"])
    }
  }

  @Test("sends what it can't read to the dead letters with the reason")
  func undecodable() async throws {
    try await TestBench.run(shards: 1) { bench in
      for json in [
        "no json", #"{"type":"NOTED","timestamp":"2026-04-03T10:30:00Z","data":{"key":"k","number":"one"}}"#,
      ] {
        _ = try await bench.connection.call("XADD", bench.namespace.log(0), "*", "event", json)
      }
      _ = try await bench.publish([Noted("k", 1)])
      try await bench.running([bench.worker(Self.counting())]) { try await bench.settled("counting") }
      let dead = try await DeadLetters(namespace: bench.namespace, connection: bench.connection).list(
        service: "counting")
      #expect(
        dead.map(\.about.reason) == [
          "not JSON: expected a value, found 'n' at byte 0", #"data.number: expected a whole number, found "one""#,
        ])
      let counts = try await bench.state("counting", "counts")
      #expect(counts == ["k": "1"])
    }
  }

  @Test("handles what was delivered in an answer that never came, though it owns the shard all the while")
  func lostAnswer() async throws {
    try await TestBench.run(shards: 1) { bench in
      var service = EventService("counting")
      service.on(Noted.self) { event in
        // It waits for its retry meanwhile, and must not be taken for one that was lost.
        if event.data.key == "waiting", event.attempt == 1 { throw RetryLater(after: .milliseconds(400), "not yet") }
        return Effects { $0.increment("counts", event.data.key, by: 1) }
      }
      var settings = bench.settings()
      settings.blockTime = .milliseconds(50)
      try await bench.running([bench.worker(service, settings)]) {
        _ = try await bench.publish([Noted("waiting", 0)] + (0..<50).map { Noted("before", $0) })
        try await eventually("it has handled the first") {
          try await bench.state("counting", "counts")["before"] == "50"
        }
        // As the server sees it: delivered to this worker, whose connection is then cut.
        var commands = Commands()
        commands.append("MULTI")
        for number in 0..<20 {
          let event = EncodedEvent(Noted("lost", number))
          commands.append("XADD", bench.namespace.log(0), "*", "event", String(decoding: event.json, as: UTF8.self))
        }
        commands.append(
          "XREADGROUP", "GROUP", "counting", settings.name, "COUNT", "20", "STREAMS", bench.namespace.log(0), ">")
        commands.append("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        commands.append("EXEC")
        _ = try await bench.connection.send(commands)
        try await eventually("it has handled the others") {
          let counts = try await bench.state("counting", "counts")
          return counts["lost"] == "20" && counts["waiting"] == "1"
        }
        try await bench.settled("counting")
      }
      #expect(try await bench.state("counting", "counts") == ["before": "50", "lost": "20", "waiting": "1"])
    }
  }

  @Test("reads on from a shard that it was about to give to a replica, if the replica is gone before it could")
  func keepsShards() async throws {
    try await TestBench.run(shards: 2) { bench in
      let (gate, opener) = AsyncStream<Void>.makeStream()
      let isHandling = Mutex(false)
      var service = EventService("counting")
      service.on(Noted.self) { event in
        if event.data.number == 0 {
          isHandling.withLock { $0 = true }
          for await _ in gate {}
        }
        return Effects { $0.increment("counts", event.data.key, by: 1) }
      }
      func roster(_ worker: String, _ time: Duration?) async throws -> [String] {
        try await bench.connection.call(
          RosterCall(
            namespace: bench.namespace, service: "counting", worker: worker, timeToLive: time, note: RosterNote())
        ).map(\.name)
      }
      try await bench.running([bench.worker(service, bench.settings(lease: .milliseconds(300)))]) {
        _ = try await bench.publish([Noted("a", 0, place: "here"), Noted("b", 0, place: "there")])
        try await eventually("it is busy") { isHandling.withLock { $0 } }
        // A replica comes, is to have a shard, and is gone before the shard could be given up.
        _ = try await roster("replica", .milliseconds(400))
        try await eventually("the replica is gone") {
          try await !roster("looking", nil).contains("replica")
        }
        opener.finish()
        let more = (1...100).flatMap { [Noted("a", $0, place: "here"), Noted("b", $0, place: "there")] }
        _ = try await bench.publish(more)
        try await bench.settled("counting")
      }
      #expect(try await bench.state("counting", "counts") == ["a": "101", "b": "101"])
    }
  }

  @Test("shares the shards with its replicas, and takes all of them when a replica is gone")
  func replicas() async throws {
    try await TestBench.run(shards: 8) { bench in
      let events = (0..<4000).map { Noted("key-\($0 % 50)", $0, place: "place-\($0 % 23)") }
      let service = Self.counting()
      try await bench.running([bench.worker(service, bench.settings("a")), bench.worker(service, bench.settings("b"))])
      {
        for start in stride(from: 0, to: events.count, by: 100) {
          _ = try await bench.publish(Array(events[start..<start + 100]))
        }
        try await bench.settled("counting")
        try await eventually("each has half") {
          var owners: [String: Int] = [:]
          for shard in bench.namespace.shards {
            owners[
              try await bench.connection.strings(["HMGET", "test:{\(shard)}:lease:counting", "owner"])[0], default: 0] +=
              1
          }
          return owners == ["a": 4, "b": 4]
        }
      }
      let counts = try await bench.state("counting", "counts")
      #expect(counts.values.allSatisfy { $0 == "80" } || counts.count == 50)
    }
  }
}
