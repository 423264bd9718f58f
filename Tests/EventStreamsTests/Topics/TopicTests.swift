import HiredisClient
import RedisTestSupport
import Synchronization
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("A topic") struct TopicTests {
  private func noting() -> EventService {
    var service = EventService("noting")
    service.on(Noted.self) { event in Effects { $0.increment("counts", event.data.key, by: 1) } }
    return service
  }

  @Test("is delivered to those alone that handle one of its types, and trimmed as soon as these have")
  func delivery() async throws {
    try await TestBench.run(shards: 1) { bench in
      let services = [Subscription("noting"), Subscription("remarking", topics: [Remarked.topic])]
      let bench = TestBench(
        server: bench.server, connection: bench.connection,
        namespace: try await Namespace.open("test", services: services, on: bench.connection))
      var remarking = EventService("remarking")
      remarking.on(Remarked.self) { _ in .none }
      _ = try await bench.publish((0..<30).map { Noted("k", $0) })
      _ = try await bench.publish((0..<20).map { Remarked("k", $0) })
      // The other never runs on.
      try await bench.running([bench.worker(remarking)]) {
        try await eventually("its groups are there") { try await !bench.inspector.status().isEmpty }
      }
      try await bench.running([bench.worker(noting())]) {
        try await eventually("all is done") { try await bench.inspector.remaining(["noting"]).isEmpty }
      }
      let groups = try await bench.inspector.status()
      #expect(groups.map { $0.delivered.keys.map(\.text) } == [["events"], ["remarks"]])
      _ = try await bench.publish((20..<50).map { Remarked("k", $0) })
      let trimmed = try await Trimmer(namespace: bench.namespace, connection: bench.connection)
        .trim(shard: 0, Retention(maxEntries: 0))
      #expect(trimmed.map(\.topic) == ["events", "remarks"])
      #expect(trimmed[0].removed == 30)
      #expect(trimmed[1].keptBy == "remarking")
      let left = try await bench.inspector.entries(shard: 0, after: .zero, limit: 100)
      #expect(left.allSatisfy { $0.topic == "remarks" } && left.count >= 30)
    }
  }

  @Test("that nobody is delivered is trimmed as well, once somebody is delivered anything")
  func undelivered() async throws {
    try await TestBench.run(shards: 1) { bench in
      _ = try await bench.publish((0..<20).map { Remarked("k", $0) })
      let trimmer = Trimmer(namespace: bench.namespace, connection: bench.connection)
      #expect(try await trimmer.trim(shard: 0, Retention(maxEntries: 5)).removed == 0)
      _ = try await bench.publish([Noted("k", 0)])
      try await bench.running([bench.worker(noting())]) {
        try await eventually("all is done") { try await bench.inspector.remaining(["noting"]).isEmpty }
      }
      let trimmed = try await trimmer.trim(shard: 0, Retention(maxEntries: 5))
      #expect(trimmed.map(\.removed) == [0, 15])
    }
  }

  @Test(
    "that appears while a service runs which stores all of them is stored from its first event on, in the order of the log"
  )
  func appearing() async throws {
    try await TestBench.run(shards: 1) { bench in
      let stored = Mutex<[EntryID]>([])
      let archive = EventService("archive") { events in
        stored.withLock { $0 += events.map(\.entryID) }
      }
      var settings = bench.settings(lease: .milliseconds(400))
      settings.batchSize = 3
      try await bench.running([bench.worker(archive, settings)]) {
        for number in 0..<300 {
          _ = try await bench.publish([Noted("k", number)])
          // The first of it in the middle of the others.
          if number >= 150 { _ = try await bench.publish([Remarked("k", number)]) }
        }
        try await eventually("all is stored") { try await bench.inspector.remaining(["archive"]).isEmpty }
      }
      let logged = try await bench.inspector.entries(shard: 0, after: .zero, limit: 1000).map(\.id)
      #expect(logged.count == 450)
      // Again what was not acknowledged when the topic came, as after any loss of a shard.
      var first: Set<EntryID> = []
      #expect(stored.withLock { $0 }.filter { first.insert($0).inserted } == logged)
    }
  }

  @Test("that appears with what comes after it in another topic, in one call, is stored before that")
  func appearingTogether() async throws {
    try await TestBench.run(shards: 1) { bench in
      let stored = Mutex<[EntryID]>([])
      let archive = EventService("archive") { events in stored.withLock { $0 += events.map(\.entryID) } }
      try await bench.running([bench.worker(archive, bench.settings(lease: .milliseconds(400)))]) {
        _ = try await bench.publish([Noted("k", 0)])
        try await eventually("it waits for more") { stored.withLock { $0.count } == 1 }
        _ = try await Publisher(namespace: bench.namespace, connection: bench.connection)
          .publish([EncodedEvent(Remarked("k", 1)), EncodedEvent(Noted("k", 2))])
        try await eventually("all is stored") { try await bench.inspector.remaining(["archive"]).isEmpty }
      }
      let logged = try await bench.inspector.entries(shard: 0, after: .zero, limit: 10).map(\.id)
      var first: Set<EntryID> = []
      #expect(stored.withLock { $0 }.filter { first.insert($0).inserted } == logged)
    }
  }

  @Test("holds up nothing that comes in another while an event of the same key waits in it, but for that key")
  func holding() async throws {
    try await TestBench.run(shards: 1) { bench in
      let fails = Mutex(true)
      var service = EventService("both", concurrency: 4)
      service.on(Noted.self) { event in
        if event.data.key == "slow", fails.withLock({ $0 }) { throw RetryLater(after: .milliseconds(50), "not yet") }
        return Effects { $0.append(to: "sequence", "\(event.data.key)\(event.data.number)") }
      }
      service.on(Remarked.self) { event in
        Effects { $0.append(to: "sequence", "\(event.data.noted.key)\(event.data.noted.number)") }
      }
      func sequence() async throws -> [String] {
        try await ServiceState(namespace: bench.namespace, connection: bench.connection)
          .records("both", "sequence", as: String.self).map(\.value)
      }
      try await bench.running([bench.worker(service)]) {
        _ = try await bench.publish([Noted("slow", 0)])
        _ = try await bench.publish([Remarked("slow", 1), Remarked("quick", 0)])
        try await eventually("the other key goes on") { try await sequence() == ["quick0"] }
        fails.withLock { $0 = false }
        try await eventually("all is done") { try await bench.inspector.remaining(["both"]).isEmpty }
      }
      #expect(try await sequence() == ["quick0", "slow0", "slow1"])
    }
  }

  @Test("of a wrong name is refused where it is declared")
  func names() throws {
    for name in ["", "a b", "*x", "a:b", "a{0}", String(repeating: "x", count: 65)] {
      #expect(Subscription("s", topics: [name]).problem != nil, "\(name)")
    }
    #expect(Subscription("s", topics: ["*"]).problem == nil)
    #expect(Subscription(parsing: "s=a,b").topics == ["a", "b"])
    #expect(Subscription("s", topics: ["b", "a", "b"]).description == "s=a,b")
  }
}
