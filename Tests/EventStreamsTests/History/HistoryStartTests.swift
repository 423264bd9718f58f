import HiredisClient
import RedisTestSupport
import Synchronization
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("A service that begins with its history") struct HistoryStartTests {
  private static let keys = 7

  /// Publishes events, has them remembered, trims the log to the last 100 of each shard, and publishes some that only the log has.
  private static func prepare(_ bench: TestBench, _ history: RememberedHistory, count: Int = 5000) async throws {
    _ = try await bench.publish((0..<count).map { event($0) })
    try await bench.running([bench.worker(history.service)]) { try await bench.settled("archive") }
    for shard in bench.namespace.shards {
      let trimmed = try await Trimmer(namespace: bench.namespace, connection: bench.connection).trim(
        shard: shard, Retention(maxEntries: 100))
      #expect(trimmed.removed > 1000)
    }
    _ = try await bench.publish((count..<count + 500).map { event($0) })
  }

  private static func event(_ number: Int) -> Noted {
    Noted("key-\(number % keys)", number, place: number % keys % 2 == 0 ? "a" : "b")
  }

  private func settings(_ bench: TestBench, _ name: String, _ history: RememberedHistory) -> WorkerSettings {
    var settings = bench.settings(name)
    settings.history = history
    return settings
  }

  /// Each event once, in order per key.
  private static func expectOnce(_ bench: TestBench, _ service: String, count: Int) async throws {
    let state = ServiceState(namespace: bench.namespace, connection: bench.connection)
    for key in 0..<keys {
      let sequence = try await state.records(service, "sequence:key-\(key)", as: Int.self).map(\.value)
      #expect(sequence == Array(stride(from: key, to: count, by: keys)), "key-\(key): \(sequence.count)")
    }
  }

  @Test("handles what was trimmed, then the log: each event once, in order per key; and begins only once")
  func once() async throws {
    try await TestBench.run { bench in
      let history = RememberedHistory()
      try await Self.prepare(bench, history)
      let service = WorkerTests.counting()
      try await bench.running([bench.worker(service, settings(bench, "w", history))]) {
        try await bench.caughtUp("counting")
      }
      try await Self.expectOnce(bench, "counting", count: 5500)
      // Not again after a restart, with or without a history; and what comes is read.
      _ = try await bench.publish([Self.event(5500)])
      try await bench.running([bench.worker(service, settings(bench, "w2", history))]) {
        try await bench.caughtUp("counting")
      }
      _ = try await bench.publish([Self.event(5501)])
      try await bench.running([bench.worker(service)]) { try await bench.caughtUp("counting") }
      try await Self.expectOnce(bench, "counting", count: 5502)
    }
  }

  @Test("goes on where the other replica was, when its lease runs out in the middle of a page")
  func takeover() async throws {
    try await TestBench.run(shards: 1) { bench in
      let history = RememberedHistory()
      _ = try await bench.publish((0..<5000).map { Self.event($0) })
      try await bench.running([bench.worker(history.service)]) { try await bench.settled("archive") }
      _ = try await Trimmer(namespace: bench.namespace, connection: bench.connection).trim(
        shard: 0, Retention(maxEntries: 100))
      let calls = Mutex(0)
      var service = EventService("counting")
      service.on(Noted.self) { event in
        if calls.withLock({
          $0 += 1; return $0 % 20 == 0
        }) {
          try await Task.sleep(for: .milliseconds(2))
        }
        return Effects { $0.append(to: "sequence:\(event.data.key)", event.data.number) }
      }
      let lease = "\(bench.namespace.prefix(0)):lease:counting"
      let workers = ["a", "b"].map { bench.worker(service, settings(bench, $0, history)) }
      try await bench.running(workers) {
        var owners: Set<String> = []
        for page in 1...4 {
          // In the middle of a page, with at least one committed since.
          try await eventually("it has begun page \(page + 1)") { calls.withLock { $0 } > page * 1000 + 300 }
          let owner = try await bench.connection.strings(["HMGET", lease, "owner", "epoch"])[0]
          owners.insert(owner)
          // As if it had been paused for longer than its lease: the other takes it, or the same in a new epoch.
          _ = try await bench.connection.call("HINCRBY", lease, "epoch", "1")
          _ = try await bench.connection.call("HSET", lease, "owner", "nobody", "until", "0")
        }
        try await bench.caughtUp("counting")
        #expect(!owners.isEmpty)
      }
      try await Self.expectOnce(bench, "counting", count: 5000)
      let called = calls.withLock { $0 }
      #expect(called > 5000)
    }
  }

  @Test("tries again in place, and keeps what fails for good in the dead letters, with what follows of its key")
  func failures() async throws {
    try await TestBench.run { bench in
      let history = RememberedHistory()
      try await Self.prepare(bench, history)
      let shard = bench.namespace.shard(of: "a")
      history.store([])
      let isBroken = Mutex(true)
      let failed = Mutex<[Int: Int]>([:])
      var service = EventService(
        "counting", concurrency: 4,
        retry: RetryPolicy(maxAttempts: 3, backoff: .init(base: .milliseconds(1), cap: .milliseconds(5))))
      service.on(Noted.self) { event in
        let number = event.data.number
        if number % 500 == 3,
          failed.withLock({
            $0[number, default: 0] += 1; return ($0[number] ?? 0) < 3
          })
        {
          throw RetryLater(after: .zero, "not yet")
        }
        if number == 28, isBroken.withLock({ $0 }) { throw Unprocessable("it is the 28th") }
        return Effects { $0.append(to: "sequence:\(event.data.key)", number) }
      }
      let letters = DeadLetters(namespace: bench.namespace, connection: bench.connection)
      try await bench.running([bench.worker(service, settings(bench, "w", history))]) {
        try await bench.caughtUp("counting")
        // 28 and all that follows of key-0, in history and log.
        let found = try await letters.list(service: "counting")
        let expected = Array(stride(from: 28, to: 5500, by: 7)).count
        #expect(found.count == expected)
        #expect(found.first?.about.reason == "it is the 28th" && found.first?.isParked == false)
        #expect(found.dropFirst().allSatisfy { $0.isParked })
        #expect(
          found.allSatisfy { $0.shard == shard && String(decoding: $0.json, as: UTF8.self).contains("NOTED:key-0:") })
        isBroken.withLock { $0 = false }
        #expect(try await letters.redrive(Array(found.prefix(1))) == 1)
        try await eventually("the letters are handled") { try await letters.list(service: "counting").isEmpty }
      }
      try await Self.expectOnce(bench, "counting", count: 5500)
      let attempts = failed.withLock { $0 }
      #expect(attempts.count == 11 && attempts.values.allSatisfy { $0 == 3 })
    }
  }

  @Test("does not give up on events while everything fails")
  func outage() async throws {
    try await TestBench.run(shards: 1) { bench in
      let history = RememberedHistory()
      _ = try await bench.publish((0..<20).map { Self.event($0) })
      try await bench.running([bench.worker(history.service)]) { try await bench.settled("archive") }
      _ = try await Trimmer(namespace: bench.namespace, connection: bench.connection).trim(
        shard: 0, Retention(maxEntries: 0))
      let attempts = Mutex(0)
      let fast = Backoff(base: .milliseconds(1), cap: .milliseconds(1))
      var breaker = CircuitBreakerPolicy.standard
      breaker.probing = fast
      var service = EventService("counting", retry: RetryPolicy(maxAttempts: 3, backoff: fast), breaker: breaker)
      service.on(Noted.self) { event in
        if attempts.withLock({
          $0 += 1; return $0 < 200
        }) {
          throw RetryLater(after: .zero, "down")
        }
        return Effects { $0.append(to: "sequence:\(event.data.key)", event.data.number) }
      }
      try await bench.running([bench.worker(service, settings(bench, "w", history))]) {
        try await bench.caughtUp("counting")
      }
      #expect(try await bench.connection.integer(["XLEN", bench.namespace.dead(0, "counting")]) == 0)
      try await Self.expectOnce(bench, "counting", count: 20)
    }
  }

  @Test("gives a service that stores its history too, and what is no event as well")
  func storing() async throws {
    try await TestBench.run(shards: 1) { bench in
      let history = RememberedHistory()
      _ = try await bench.connection.call("XADD", bench.namespace.log(0), "*", "event", "no event")
      _ = try await bench.publish((0..<3000).map { Self.event($0) })
      try await bench.running([bench.worker(history.service)]) { try await bench.settled("archive") }
      _ = try await Trimmer(namespace: bench.namespace, connection: bench.connection).trim(
        shard: 0, Retention(maxEntries: 100))
      let copy = RememberedHistory()
      let fails = Mutex(true)
      let service = EventService(
        "copy", retry: RetryPolicy(maxAttempts: 5, backoff: .init(base: .milliseconds(1), cap: .milliseconds(5)))
      ) { events in
        if fails.withLock({
          let now = $0; $0 = false; return now
        }) {
          throw RetryLater(after: .zero, "not yet")
        }
        copy.store(events)
      }
      try await bench.running([bench.worker(service, settings(bench, "w", history))]) {
        try await bench.caughtUp("copy")
      }
      let all = try await history.events(shard: 0, after: .zero, limit: 10_000)
      let copied = try await copy.events(shard: 0, after: .zero, limit: 10_000)
      #expect(copied.map(\.entryID) == all.map(\.entryID))
      #expect(copied.map(\.json) == all.map(\.json))
    }
  }

  @Test("is refused if the log was trimmed beyond the history, and leaves no group behind")
  func gap() async throws {
    try await TestBench.run(shards: 1) { bench in
      let history = RememberedHistory()
      _ = try await bench.publish((0..<2000).map { Self.event($0) })
      try await bench.running([bench.worker(history.service)]) { try await bench.settled("archive") }
      _ = try await Trimmer(namespace: bench.namespace, connection: bench.connection).trim(
        shard: 0, Retention(maxEntries: 100))
      history.forget(110, shard: 0)
      let worker = bench.worker(WorkerTests.counting(), settings(bench, "w", history))
      await #expect {
        try await worker.run()
      } throws: { error in
        (error as? HistoryGap)?.missing == 10
      }
      #expect(try await bench.connection.groups(of: bench.namespace.log(0)).keys.sorted() == ["archive"])
      #expect(try await bench.connection.integer(["EXISTS", "\(bench.namespace.prefix(0)):lease:counting"]) == 0)
    }
  }

  @Test("does not begin with its log if the worker that takes over has no history")
  func withoutHistory() async throws {
    try await TestBench.run(shards: 1) { bench in
      let history = RememberedHistory()
      _ = try await bench.publish((0..<2000).map { Self.event($0) })
      try await bench.running([bench.worker(history.service)]) { try await bench.settled("archive") }
      _ = try await Trimmer(namespace: bench.namespace, connection: bench.connection).trim(
        shard: 0, Retention(maxEntries: 100))
      var service = EventService("counting")
      service.on(Noted.self) { _ in
        try await Task.sleep(for: .seconds(60))
        return .none
      }
      var settings = settings(bench, "w", history)
      settings.drainTime = .milliseconds(10)
      let inspector = Inspector(namespace: bench.namespace, connection: bench.connection)
      try await bench.running([bench.worker(service, settings)]) {
        try await eventually("it owns the shard") {
          try await inspector.status().contains { $0.historyPosition == .zero && $0.owner != nil }
        }
      }
      try await bench.running([bench.worker(WorkerTests.counting())]) {
        // It takes the lease to see that, and gives it back: the epoch grows, nothing is read.
        let lease = "\(bench.namespace.prefix(0)):lease:counting"
        let epoch = try await bench.connection.strings(["HMGET", lease, "epoch"])[0]
        try await eventually("it has looked") {
          try await bench.connection.strings(["HMGET", lease, "epoch"])[0] != epoch
        }
        try await eventually("it has given the shard back") {
          try await inspector.status().allSatisfy { $0.owner == nil }
        }
        #expect(try await inspector.status().first { $0.service == "counting" }?.lag == 100)
      }
      try await bench.running([bench.worker(WorkerTests.counting(), self.settings(bench, "w3", history))]) {
        try await bench.caughtUp("counting")
      }
      try await Self.expectOnce(bench, "counting", count: 2000)
    }
  }
}
