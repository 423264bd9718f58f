import HiredisClient
import RedisTestSupport
import Synchronization
import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("A service with limits") struct LimitedServiceTests {
  private final class Attempts: Sendable {
    let times = Mutex<[(key: String, time: ContinuousClock.Instant)]>([])

    func of(_ key: String) -> [ContinuousClock.Instant] {
      times.withLock { $0.filter { $0.key == key }.map(\.time) }
    }
  }

  private func service(
    _ limits: ServiceLimits, concurrency: Int = 4, _ attempts: Attempts, name: String = "limited"
  ) -> EventService {
    var service = EventService(name, concurrency: concurrency, limits: limits)
    service.on(Noted.self) { event in
      attempts.times.withLock { $0.append((event.data.key, .now)) }
      return Effects {
        $0.append(to: event.data.key, event.data.number)
        $0.increment("counts", event.data.key, by: 1)
      }
    }
    return service
  }

  @Test("has a key without a permit wait, in order, while others go on; that is no attempt")
  func keys() async throws {
    try await TestBench.run(shards: 2) { bench in
      let attempts = Attempts()
      _ = try await bench.publish((0..<4).map { Noted("slow", $0) } + (0..<200).map { Noted("k\($0)", 0) })
      let limits = ServiceLimits(ratePerKey: ServiceLimits.Rate(1, per: .milliseconds(300)))
      try await bench.running([bench.worker(service(limits, concurrency: 1, attempts))]) {
        try await bench.settled("limited")
      }
      let slow = attempts.of("slow")
      #expect(slow.count == 4)
      for (earlier, later) in zip(slow, slow.dropFirst()) { #expect(later - earlier > .milliseconds(295)) }
      // All others were done before the second of the slow ones.
      #expect(attempts.times.withLock { $0.filter { $0.key != "slow" }.allSatisfy { $0.time < slow[2] } })
      let state = ServiceState(namespace: bench.namespace, connection: bench.connection)
      #expect(try await state.records("limited", "slow", as: Int.self).map(\.value) == [0, 1, 2, 3])
    }
  }

  @Test("counts no attempt while permits can't be asked for")
  func refused() async throws {
    try await TestBench.run(shards: 1) { bench in
      let attempts = Attempts()
      var service = EventService(
        "limited", limits: ServiceLimits(ratePerKey: .perSecond(100)),
        retry: RetryPolicy(maxAttempts: 1, backoff: Backoff(base: .milliseconds(1), cap: .milliseconds(1))))
      service.on(Noted.self) { event in
        attempts.times.withLock { $0.append((event.data.key, .now)) }
        return .none
      }
      let key = bench.namespace.rate(0, "limited", "k")
      _ = try await bench.connection.call("SADD", key, "something else")
      _ = try await bench.publish([Noted("k", 0)])
      let inspector = Inspector(namespace: bench.namespace, connection: bench.connection)
      try await bench.running([bench.worker(service)]) {
        try await eventually("it waits, or is dead") {
          try await inspector.status().contains { $0.retrying > 0 || $0.dead > 0 }
        }
        #expect(try await inspector.status().allSatisfy { $0.dead == 0 })
        _ = try await bench.connection.call("DEL", key)
        try await bench.settled("limited")
      }
      #expect(attempts.of("k").count == 1)
    }
  }

  @Test("keeps its rate with two workers, handles each event once, and stops at once though permits are far away")
  func workers() async throws {
    try await TestBench.run(shards: 4) { bench in
      let attempts = Attempts()
      _ = try await bench.publish((0..<60).map { Noted("k\($0)", 0, place: "place\($0)") })
      let service = service(ServiceLimits(rate: .perSecond(100), concurrency: 3), attempts)
      let began = ContinuousClock.now
      try await bench.running(["one", "two"].map { bench.worker(service, bench.settings($0)) }) {
        try await eventually("all are handled") { try await bench.state("limited", "counts").count == 60 }
      }
      #expect(ContinuousClock.now - began > .milliseconds(500))
      #expect(attempts.times.withLock { $0.count } == 60)

      let rare = self.service(ServiceLimits(rate: ServiceLimits.Rate(1, per: .seconds(600))), attempts, name: "rare")
      try await bench.running([bench.worker(rare)]) {
        try await eventually("one is handled") { attempts.times.withLock { $0.count } == 61 }
      }
      #expect(ContinuousClock.now - began < .seconds(20))
      #expect(try await bench.state("rare", "counts").count == 1)
    }
  }
}
