import HiredisClient
import Logging
import RedisTestSupport
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("A store outside of Redis") struct StoreTests {
  private static let everything = Retention(maxEntries: 0)

  private static func service(_ store: RememberedStore) -> EventService {
    EventService(
      "archive", retry: RetryPolicy(maxAttempts: 5, backoff: .init(base: .milliseconds(1), cap: .milliseconds(50))),
      storingIn: store)
  }

  private static func publish(_ bench: TestBench, _ numbers: Range<Int>) async throws {
    _ = try await bench.publish(numbers.map { Noted("k", $0) })
  }

  @Test("that is away for a moment has events wait, however often they are tried, and blames none of them")
  func passing() async throws {
    try await TestBench.run(shards: 1) { bench in
      let store = RememberedStore()
      store.refuse(20)
      try await bench.running([bench.worker(Self.service(store))]) {
        try await Self.publish(bench, 0..<3)
        try await bench.settled("archive")
      }
      #expect(store.count == 3 && store.refusals == 0)
      let letters = try await DeadLetters(namespace: bench.namespace, connection: bench.connection).list(
        service: "archive")
      #expect(letters.isEmpty)
    }
  }

  @Test(
    "that is gone, or has lost what was acknowledged, keeps everything in the log, and status says why; until it is there again"
  )
  func gone() async throws {
    try await TestBench.run(shards: 1) { bench in
      let store = RememberedStore()
      let lines = LoggedLines()
      let worker = Worker(
        Self.service(store), namespace: bench.namespace, redis: bench.server.url, settings: bench.settings(),
        log: lines.logger(.warning))
      let trimmer = Trimmer(namespace: bench.namespace, connection: bench.connection)
      let inspector = Inspector(namespace: bench.namespace, connection: bench.connection)
      try await bench.running([worker]) {
        try await Self.publish(bench, 0..<10)
        try await bench.settled("archive")
        #expect(try await trimmer.trim(shard: 0, Retention(maxEntries: 8)).removed == 2)

        store.setGone(true)
        let gone = try await trimmer.trim(shard: 0, Self.everything)
        #expect(gone.removed == 0 && gone.keptBy == "archive" && gone.distrust == "the store is gone")
        #expect(try await inspector.status().first?.problem == "the store is gone")
        #expect(lines.contains("what was stored is not there"))
        try await Self.publish(bench, 10..<12)
        store.setGone(false)
        try await bench.settled("archive")
        #expect(store.count == 12)

        store.forgetLast(of: 0)
        // Until its worker has looked again, it is distrusted for what was wrong before.
        try await eventually("it is noticed") {
          let trimmed = try await trimmer.trim(shard: 0, Self.everything)
          #expect(trimmed.removed == 0)
          return trimmed.distrust?.contains("lacks what was stored") == true
        }
        try await Self.publish(bench, 12..<13)
        try await eventually("it is tried") { try await inspector.status().first?.pending == 1 }
        #expect(store.count == 11, "nothing is stored on top of a hole")
      }
    }
  }

  @Test("whose workers say nothing keeps everything in the log, too, unless whoever trims looks at it")
  func unconfirmed() async throws {
    try await TestBench.run(shards: 1) { bench in
      let store = RememberedStore()
      try await Self.publish(bench, 0..<10)
      try await bench.running([bench.worker(Self.service(store))]) { try await bench.settled("archive") }
      let trimmer = Trimmer(namespace: bench.namespace, connection: bench.connection)
      let silent = try await trimmer.trim(shard: 0, Self.everything, since: trimmer.start(patience: .milliseconds(50)))
      #expect(silent.removed == 0 && silent.keptBy == "archive" && silent.distrust == "unconfirmed")
      let confirmation = StoreConfirmation("archive", namespace: bench.namespace, connection: bench.connection)
      let start = try await trimmer.start()
      try await confirmation.confirm(RememberedStore("another"))
      #expect(try await trimmer.trim(shard: 0, Self.everything, since: start).removed == 0)
      try await confirmation.confirm(store)
      #expect(try await trimmer.trim(shard: 0, Self.everything, since: start).removed == 10)
    }
  }

  @Test("that is another one than the service has stored into is refused at the start")
  func another() async throws {
    try await TestBench.run(shards: 1) { bench in
      try await Self.publish(bench, 0..<3)
      try await bench.running([bench.worker(Self.service(RememberedStore("first")))]) {
        try await bench.settled("archive")
      }
      let other = bench.worker(Self.service(RememberedStore("second")))
      await #expect(throws: StoreConfirmation.Mismatch.self) { try await other.run() }
    }
  }

  @Test("that is set back is noticed by whoever takes the shard next, before anything is stored")
  func setBack() async throws {
    try await TestBench.run(shards: 1) { bench in
      let store = RememberedStore()
      try await Self.publish(bench, 0..<3)
      try await bench.running([bench.worker(Self.service(store))]) { try await bench.settled("archive") }
      store.forgetLast(of: 0)
      try await Self.publish(bench, 3..<4)
      let inspector = Inspector(namespace: bench.namespace, connection: bench.connection)
      try await bench.running([bench.worker(Self.service(store), bench.settings("next"))]) {
        try await eventually("it is tried") { try await inspector.status().first?.problem != nil }
      }
      #expect(store.count == 2)
      #expect(try await inspector.status().first?.dead == 0)
    }
  }
}
