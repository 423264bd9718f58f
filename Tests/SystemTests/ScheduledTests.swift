import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import RedisTestSupport
import RideHailing
import Testing

@Suite("rides scheduled") struct ScheduledTests {
  private static let rated =
    #"{"type":"RIDE_RATED","timestamp":"2026-04-03T10:30:00Z","data":{"rideId":"r1","driverId":"d","city":"c","stars":5}}"#

  private func publish(_ bench: SystemBench, _ due: String...) async throws -> TestProgram.Run {
    try await RidesProcess.run(all: ["publish", "-"] + due, redis: bench.url, input: Self.rated)
  }

  @Test(
    "lists what waits, with when it is due, and cancels it; trace shows it; publishing it once more says that it waits")
  func commands() async throws {
    try await SystemBench.run { bench in
      let scheduled = try await publish(bench, "--due", "+2h")
      #expect(scheduled.status == 0 && scheduled.output.hasPrefix("scheduled 1 events for 20"), "\(scheduled)")
      #expect(try await bench.rides("publish", "--due", "2000").status == 64)
      let table = try await bench.rides("scheduled", "list")
      #expect(table.output.contains("DUE ") && table.output.contains("in 1h 59m"), "\(table.output)")
      #expect(table.output.contains("RIDE_RATED  RIDE_RATED:r1  r1"), "\(table.output)")
      let list = try await bench.rides("scheduled", "list", "--format", "json")
      let json = try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]]
      #expect(json?.count == 1 && json?.first?["id"] as? String == "RIDE_RATED:r1")
      #expect((json?.first?["event"] as? [String: Any])?["type"] as? String == "RIDE_RATED")

      let again = try await publish(bench)
      #expect(again.status == 1 && again.errors.contains("RIDE_RATED:r1 is there already"), "\(again)")
      #expect(again.errors.contains("it is due at 20") && again.errors.contains("there and now here"), "\(again)")
      let trace = try await bench.rides("trace", "r1")
      #expect(trace.status == 0 && trace.output.contains("RIDE_RATED  scheduled, due 20"), "\(trace)")
      let traced = try await bench.rides("trace", "r1", "--format", "json")
      #expect(traced.output.contains(#""events":[],"scheduled":[{"id":"RIDE_RATED:r1","due":"20"#), "\(traced)")

      let cancelled = try await bench.rides("scheduled", "cancel", "RIDE_RATED:r1", "RIDE_RATED:r2")
      #expect(cancelled.status == 1 && cancelled.output == "cancelled 1 events\n", "\(cancelled)")
      #expect(cancelled.errors.contains("RIDE_RATED:r2: no such event waits"), "\(cancelled)")
      #expect(try await bench.rides("scheduled", "cancel", "RIDE_RATED:r1").status == 1)
      #expect(try await bench.rides("scheduled").output == "nothing is scheduled\n")
      #expect(try await bench.rides("trace", "r1").status == 1)
      #expect(try await publish(bench).output.hasPrefix("published 1 events"))
    }
  }

  @Test("what is due and nobody moves is waited for, and status says so")
  func overdue() async throws {
    try await SystemBench.run { bench in
      #expect(try await publish(bench, "--due", "2026-04-03T10:30:00Z").status == 0)
      let waited = try await bench.rides("wait", "--service", "rating", "--timeout", "100ms")
      #expect(waited.status == 75 && waited.errors.contains("1 scheduled events are due; rating: never"), "\(waited)")
      let status = try await bench.rides("status")
      #expect(status.output.contains("warning: 1 scheduled events have been due for more than 5s"), "\(status)")
      let list = try await bench.rides("scheduled", "list")
      #expect(list.output.contains("overdue by "), "\(list)")
      let worker = try bench.worker("rating")
      defer { worker.crash() }
      let done = try await bench.rides("wait", "--service", "rating", "--timeout", "30s")
      #expect(done.status == 0, "\(done)")
      // The record and the event, and what rating says about it.
      #expect(try await bench.handled("rating") >= 2)
      let after = try await bench.rides("status")
      #expect(!after.output.contains("scheduled"), "\(after)")
    }
  }

  /// Has all that waits be due, and be looked at.
  private static func makeDue(_ namespace: Namespace, _ connection: Connection) async throws {
    for shard in namespace.shards {
      let members = try await connection.strings(["ZRANGE", namespace.scheduled(shard), "0", "-1"])
      guard !members.isEmpty else { continue }
      _ = try await connection.call(["ZADD", namespace.scheduled(shard)] + members.flatMap { ["1", $0] })
      _ = try await connection.call("SET", namespace.scheduledNext(shard), "0 - 0")
    }
  }

  @Test("what is due comes once, though workers that move it are killed and paused in the middle")
  func killed() async throws {
    try await SystemBench.run { bench in
      let (count, seed) = (1500, UInt64(31))
      let scheduled = try await bench.simulate(count, seed: seed, "--due", "+1h")
      #expect(scheduled.status == 0, "\(scheduled)")
      var workers = try ["first", "second", "third"].map { try bench.worker("driver", "--name", $0) }
      defer { workers.forEach { $0.crash() } }
      let namespace = try await bench.namespace()
      let inspector = Inspector(namespace: namespace, connection: bench.connection)
      let all = try await inspector.scheduledCount()
      #expect(all > 2 * count)
      workers[2].pause()
      try await Self.makeDue(namespace, bench.connection)
      for turn in 0..<4 {
        try await eventually("more is moved") {
          try await inspector.scheduledCount() < all - turn * all / 5
        }
        workers[turn % 2].crash()
        workers[turn % 2] = try bench.worker("driver", "--name", "again-\(turn)")
      }
      workers[2].resume()
      try await eventually("all of it is moved") { try await inspector.scheduledCount() == 0 }
      let waited = try await bench.rides("wait", "--service", "driver", "--timeout", "60s")
      #expect(waited.status == 0, "\(waited.errors)")
      var ids: [String] = []
      for shard in namespace.shards {
        for entry in try await inspector.entries(shard: shard, after: .zero, limit: 100_000) {
          let header = try EventHeader(ofEvent: entry.json.span, fallbackID: "")
          if header.type == RideCompleted.eventType { ids.append(header.id) }
        }
      }
      #expect(ids.count == count && Set(ids).count == count)
      let clearing = try await AccountStatement.read(
        .clearing, from: ServiceState(namespace: namespace, connection: bench.connection))
      #expect(clearing.lines.count == count && Set(clearing.lines.map(\.entry.rideID)).count == count)
    }
  }
}
