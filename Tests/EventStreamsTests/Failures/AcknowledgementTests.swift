import EventStreams
import EventStreamsOperations
import HiredisClient
import RedisTestSupport
import Synchronization
import Testing

@Suite("An entry") struct AcknowledgementTests {
  @Test("stays pending until the commit that applies its effects, also if its worker is gone before")
  func pendingUntilCommitted() async throws {
    try await TestBench.run(shards: 1) { bench in
      let (gate, opener) = AsyncStream<Void>.makeStream()
      let runs = Mutex(0)
      var service = EventService("counting")
      service.on(Noted.self) { event in
        runs.withLock { $0 += 1 }
        for await _ in gate {}
        try Task.checkCancellation()
        return Effects { $0.increment("counts", event.data.key, by: 1) }
      }
      var settings = bench.settings("first")
      settings.drainTime = .milliseconds(10)
      try await bench.running([bench.worker(service, settings)]) {
        _ = try await bench.publish([Noted("k", 0)])
        try await eventually("it is being handled") { runs.withLock { $0 } == 1 }
      }
      #expect(try await bench.connection.groups(of: bench.namespace.log(0))["counting"]?.pending == 1)
      #expect(try await bench.state("counting", "counts") == [:])
      opener.finish()
      try await bench.running([bench.worker(service, bench.settings("second"))]) { try await bench.settled("counting") }
      #expect(runs.withLock { $0 } == 2)
      #expect(try await bench.state("counting", "counts") == ["k": "1"])
    }
  }

  @Test("that is cancelled with its worker keeps its turn: nothing of its key is handled before it", arguments: [1, 8])
  func cancelled(concurrency: Int) async throws {
    try await TestBench.run(shards: 1) { bench in
      let isWaiting = Mutex(true)
      let hasBegun = Mutex(false)
      var service = EventService("strict", concurrency: concurrency)
      service.on(Noted.self) { event in
        if event.data.number == 0, isWaiting.withLock({ $0 }) {
          hasBegun.withLock { $0 = true }
          try await Task.sleep(for: .seconds(3600))
        }
        return Effects { $0.append(to: "sequence", event.data.number) }
      }
      _ = try await bench.publish((0..<10).map { Noted("k", $0) })
      try await bench.running([bench.worker(service, bench.settings("first"))]) {
        try await eventually("the first is being handled") { hasBegun.withLock { $0 } }
      }
      #expect(try await bench.connection.groups(of: bench.namespace.log(0))["strict"]?.pending == 10)
      isWaiting.withLock { $0 = false }
      try await bench.running([bench.worker(service, bench.settings("second"))]) { try await bench.settled("strict") }
      let sequence = try await ServiceState(namespace: bench.namespace, connection: bench.connection)
        .records("strict", "sequence", as: Int.self).map(\.value)
      #expect(sequence == Array(0..<10))
    }
  }

  @Test("whose handler cancels something of its own is tried again, as after any failure")
  func cancelledByItself() async throws {
    try await TestBench.run(shards: 1) { bench in
      var service = EventService(
        "strict", retry: RetryPolicy(maxAttempts: 3, backoff: .init(base: .milliseconds(5), cap: .milliseconds(5))))
      service.on(Noted.self) { event in
        if event.attempt == 1 { throw CancellationError() }
        return Effects { $0.increment("counts", event.data.key, by: 1) }
      }
      try await bench.running([bench.worker(service)]) {
        _ = try await bench.publish([Noted("k", 0)])
        try await bench.settled("strict")
      }
      #expect(try await bench.state("strict", "counts") == ["k": "1"])
    }
  }

  @Test("that fails stays pending, the number of its attempts as its delivery count, until its dead letter is written")
  func attempts() async throws {
    try await TestBench.run(shards: 1) { bench in
      var service = EventService(
        "failing", retry: RetryPolicy(maxAttempts: 3, backoff: .init(base: .milliseconds(5), cap: .milliseconds(5))))
      // The next attempt waits until the test has had a look at the last one.
      let seen = Mutex(0)
      service.on(Noted.self) { event in
        try await eventually("attempt \(event.attempt - 1) has been seen") { seen.withLock { $0 } == event.attempt - 1 }
        throw RetryLater(after: .zero, "attempt \(event.attempt)")
      }
      let inspector = Inspector(namespace: bench.namespace, connection: bench.connection)
      try await bench.running([bench.worker(service)]) {
        _ = try await bench.publish([Noted("k", 0)])
        for attempt in 1...2 {
          try await eventually("attempt \(attempt) has failed") {
            let entry = try await inspector.pending(limit: 10).first
            return entry?.deliveries == attempt && entry?.failures?.lastError == "attempt \(attempt)"
          }
          seen.withLock { $0 = attempt }
        }
        try await bench.settled("failing")
      }
      let dead = try await DeadLetters(namespace: bench.namespace, connection: bench.connection).list(
        service: "failing")
      #expect(dead.map(\.about.attempts) == [3])
      #expect(dead.map(\.about.firstError) == ["attempt 1"])
      #expect(dead.map(\.about.lastError) == ["attempt 3"])
    }
  }
}
