import HiredisClient
import RedisTestSupport
import Synchronization
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("An attempt with a time limit") struct TimeoutTests {
  private let never = Duration.seconds(3600)

  @Test(
    "that never returns has failed, is tried again, and ends in the dead letters; other keys go on, and nothing that comes late counts"
  )
  func hanging() async throws {
    try await TestBench.run(shards: 2) { bench in
      let late = Mutex<[CheckedContinuation<Void, Never>]>([])
      var service = EventService(
        "slow", concurrency: 4, timeout: .milliseconds(150),
        retry: RetryPolicy(maxAttempts: 2, backoff: Backoff(base: .milliseconds(1), cap: .milliseconds(2), factor: 2)))
      service.on(Noted.self) { event in
        if event.data.key == "hangs" {
          // It takes no notice of being cancelled.
          await withCheckedContinuation { continuation in late.withLock { $0.append(continuation) } }
        }
        return Effects { $0.increment("counts", event.data.key, by: 1) }
      }
      _ = try await bench.publish([Noted("hangs", 0)] + (0..<200).map { Noted("k\($0)", $0) })
      try await bench.running([bench.worker(service)]) {
        try await bench.settled("slow")
        let waiting = late.withLock { $0 }
        #expect(waiting.count == 2)
        for continuation in waiting { continuation.resume() }
        _ = try await bench.publish([Noted("k0", 1)])
        try await bench.settled("slow")
      }
      let counts = try await bench.state("slow", "counts")
      #expect(counts["hangs"] == nil)
      #expect(counts.count == 200)
      let letters = try await DeadLetters(namespace: bench.namespace, connection: bench.connection).list(
        service: "slow")
      #expect(letters.map(\.about.reason) == ["timed out: it took longer than 150 ms"])
      #expect(letters.first?.about.attempts == 2)
    }
  }

  @Test("gives back what its handler returns or throws in time, and ends when whoever waits is cancelled")
  func inTime() async throws {
    let effects = try await TimedAttempt.run(within: never) { Effects { $0.increment("a", "b", by: 1) } }
    #expect(!effects.isEmpty)
    await #expect(throws: Unprocessable.self) {
      try await TimedAttempt.run(within: never) { throw Unprocessable("no") }
    }
    let hanging = Task {
      try await TimedAttempt.run(within: never) {
        try await Task.sleep(for: .seconds(3600))
        return .none
      }
    }
    hanging.cancel()
    await #expect(throws: CancellationError.self) { try await hanging.value }
  }

  @Test("that is put off is no attempt: an event outlives any number of them, and the service goes on")
  func putOff() async throws {
    try await TestBench.run(shards: 1) { bench in
      let asked = Mutex(0)
      var service = EventService(
        "limited",
        retry: RetryPolicy(maxAttempts: 2, backoff: Backoff(base: .milliseconds(1), cap: .milliseconds(2), factor: 2)))
      service.on(Noted.self) { event in
        #expect(event.attempt == 1)
        let count = asked.withLock { asked in
          asked += 1
          return asked
        }
        if count <= 60 { throw RetryLater(after: .zero, "too many requests", countsAsAttempt: false) }
        return Effects { $0.increment("counts", event.data.key, by: 1) }
      }
      _ = try await bench.publish((0..<20).map { Noted("k\($0)", $0) })
      try await bench.running([bench.worker(service)]) { try await bench.settled("limited") }
      #expect(try await bench.state("limited", "counts").count == 20)
      #expect(
        try await DeadLetters(namespace: bench.namespace, connection: bench.connection).list(service: "limited").isEmpty
      )
    }
  }
}
