import EventStreams
import EventStreamsOperations
import HiredisClient
import RedisTestSupport
import Testing

@Suite("Trimming") struct RetentionTests {
  @Test(
    "stops at what any group still needs: what is pending, what was not delivered, and all of it if there is no group")
  func stopsAtWhatIsNeeded() async throws {
    try await TestBench.run(shards: 1) { bench in
      let trimmer = Trimmer(namespace: bench.namespace, connection: bench.connection)
      _ = try await bench.publish((0..<5000).map { Noted("k", $0) })
      let nobody = try await trimmer.trim(shard: 0, Retention(maxEntries: 0))
      #expect(nobody.removed == 0 && nobody.keptBy == "nobody")

      let log = bench.namespace.log(0)
      _ = try await bench.connection.call("XGROUP", "CREATE", log, "slow", "0")
      _ = try await bench.connection.call("XGROUP", "CREATE", log, "fast", "0")
      _ = try await bench.connection.call("XREADGROUP", "GROUP", "fast", "c", "COUNT", "5000", "STREAMS", log, ">")
      _ = try await bench.connection.call("XREADGROUP", "GROUP", "slow", "c", "COUNT", "3000", "STREAMS", log, ">")
      let ids = try await Inspector(namespace: bench.namespace, connection: bench.connection)
        .entries(shard: 0, after: .zero, limit: 5000).map(\.id.description)
      // All but the 2501st and what follows the 3000th is acknowledged by the slow one; everything by the fast one.
      for group in ["fast", "slow"] {
        for start in stride(from: 0, to: group == "fast" ? 5000 : 3000, by: 500) {
          let some = ids[start..<start + 500].filter { group == "fast" || $0 != ids[2500] }
          _ = try await bench.connection.call(["XACK", log, group] + some)
        }
      }
      let counted = try await trimmer.trim(shard: 0, Retention(maxEntries: 100), isDryRun: true)
      #expect(counted.removed == 2500 && counted.keptBy == "slow")
      #expect(try await bench.connection.integer(["XLEN", log]) == 5000)
      let pending = try await trimmer.trim(shard: 0, Retention(maxEntries: 100))
      #expect(pending == counted)
      #expect(try await bench.connection.integer(["XLEN", log]) == 2500)

      _ = try await bench.connection.call("XACK", log, "slow", ids[2500])
      let undelivered = try await trimmer.trim(shard: 0, Retention(maxAge: .zero), now: .now() + .seconds(60))
      #expect(undelivered.removed == 500 && undelivered.keptBy == "slow")

      // The slow one is let go: now only the policy counts.
      #expect(try await Groups(namespace: bench.namespace, connection: bench.connection).remove("slow"))
      let rest = try await trimmer.trim(shard: 0, Retention(maxEntries: 100))
      #expect(rest.removed == 1900 && rest.keptBy == nil)
      let young = try await trimmer.trim(shard: 0, Retention(maxAge: .seconds(3600)))
      #expect(young.removed == 0 && young.keptBy == nil)
    }
  }

  @Test(
    "of a group that is removed leaves what its service has stored, unless that is to go as well",
    arguments: [false, true])
  func state(withState: Bool) async throws {
    try await TestBench.run(shards: 4) { bench in
      _ = try await bench.publish((0..<40).map { Noted("k", $0, place: "p\($0)") })
      // Of another service, though its name has that of the one that goes in it.
      let alike = bench.namespace.state(0, "counting2", "{1}:counting:notes")
      _ = try await bench.connection.call("HSET", alike, "f", "v")
      let services = [WorkerTests.counting("counting"), WorkerTests.counting("counting2")]
      try await bench.running(services.map { bench.worker($0) }) {
        for service in services { try await bench.settled(service.name) }
      }
      #expect(
        try await Groups(namespace: bench.namespace, connection: bench.connection).remove(
          "counting", withState: withState))
      let (removed, other) = (try await bench.state("counting", "counts"), try await bench.state("counting2", "counts"))
      #expect(removed.isEmpty == withState)
      #expect(try await bench.connection.integer(["EXISTS", alike]) == 1)
      #expect(!other.isEmpty)
    }
  }

  @Test("is done by workers themselves, and a group that nobody runs holds it up and is shown as abandoned")
  func workers() async throws {
    try await TestBench.run(shards: 1) { bench in
      let log = bench.namespace.log(0)
      _ = try await bench.publish((0..<1000).map { Noted("k", $0) })
      _ = try await bench.connection.call("XGROUP", "CREATE", log, "forgotten", "0")
      var settings = bench.settings()
      settings.retention = Retention(maxEntries: 10, interval: .milliseconds(20))
      let groups = Groups(namespace: bench.namespace, connection: Connection(bench.server.url))
      try await bench.running([bench.worker(WorkerTests.counting(), settings)]) {
        try await bench.settled("counting")
        let listed = try await groups.list()
        #expect(listed.map(\.name) == ["counting", "forgotten"])
        #expect(listed.map(\.isAbandoned) == [false, true])
        #expect(listed.map(\.owners) == [1, 0])
        #expect(listed[1].lag == 1000 && listed[1].bytes > 10_000)
        await #expect(throws: GroupInUse.self) { try await groups.remove("counting") }
        #expect(try await bench.connection.integer(["XLEN", log]) == 1000)
      }
      #expect(try await groups.remove("forgotten"))
      try await bench.running([bench.worker(WorkerTests.counting(), settings)]) {
        try await eventually("it has trimmed its log") { try await bench.connection.integer(["XLEN", log]) == 10 }
      }
    }
  }
}
