import EventStreamsOperations
import RedisTestSupport
import Synchronization
import Testing

@testable import EventStreams

@Suite("What a worker says at its end") struct DrainedTests {
  @Test("is what it had in flight, and that nothing of it is left where there was time")
  func drained() async throws {
    try await TestBench.run(shards: 2) { bench in
      var service = EventService("slow")
      service.on(Noted.self) { event in
        // It goes on when the worker is cancelled.
        await Task { try? await Task.sleep(for: .milliseconds(20)) }.value
        return Effects { $0.increment("counts", event.data.key, by: 1) }
      }
      _ = try await bench.publish((0..<40).map { Noted("k\($0 % 10)", $0, place: "p\($0 % 10)") })
      let said = Mutex<[Drained]>([])
      var settings = bench.settings()
      settings.whenStopped = { drained in said.withLock { $0.append(drained) } }
      try await bench.running([bench.worker(service, settings)]) {
        try await eventually("it has all in flight") {
          let status = try await Inspector(namespace: bench.namespace, connection: bench.connection).status()
          return status.count == 2 && status.allSatisfy { $0.lag == 0 && $0.pending > 0 }
        }
      }
      let drained = try #require(said.withLock { $0 }.first)
      #expect(said.withLock { $0 }.count == 1)
      let done = try await bench.state("slow", "counts").values.reduce(0) { $0 + (Int($1) ?? 0) }
      #expect(drained.inFlight > 0 && drained.left == 0 && done == 40, "\(drained), \(done) are done")
    }
  }
}
