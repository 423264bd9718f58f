import EventStreams
import EventStreamsOperations
import HiredisClient
import RedisTestSupport
import Testing

@Suite("A server whose memory is full") struct FullMemoryTests {
  @Test("takes no events and says so; workers go on, what is done can be trimmed, and then it takes events again")
  func goesOn() async throws {
    let arguments = ["--maxmemory-policy", "noeviction", "--stream-node-max-entries", "10"]
    try await TestBench.run(shards: 1, arguments: arguments) { bench in
      let connection = bench.connection
      func events(_ numbers: Range<Int>) -> [Noted] {
        numbers.map { Noted(String(repeating: "k", count: 500), $0) }
      }
      var service = EventService("counting")
      service.on(Noted.self) { _ in Effects { $0.increment("counts", "all", by: 1) } }
      _ = try await bench.publish(events(0..<2000))
      _ = try await connection.call("CONFIG", "SET", "maxmemory", "1")

      let refusal = await #expect(throws: RedisError.self) { _ = try await bench.publish([Noted("k", 5000)]) }
      #expect(refusal?.code == .outOfMemory && refusal?.isRetriable == true)
      let trimmer = Trimmer(namespace: bench.namespace, connection: connection)
      let retention = Retention(maxAge: nil, maxEntries: 10)
      #expect(try await trimmer.trim(shard: 0, retention, isDryRun: true).removed == 0)
      // It takes its lease, reads, commits, and gives the lease back.
      try await bench.running([bench.worker(service)]) { try await bench.settled("counting") }
      #expect(try await bench.state("counting", "counts") == ["all": "2000"])
      #expect(try await trimmer.trim(shard: 0, retention, isDryRun: true).removed == 1990)
      #expect(try await trimmer.trim(shard: 0, retention).removed == 1990)
      #expect(try await Groups(namespace: bench.namespace, connection: connection).remove("counting"))

      let used = try await connection.text("INFO", "memory").split(separator: "\r\n")
        .first { $0.hasPrefix("used_memory:") }?.split(separator: ":").last.flatMap { Int($0) }
      _ = try await connection.call("CONFIG", "SET", "maxmemory", "\((used ?? 0) + 1_000_000)")
      #expect(try await bench.publish([Noted("k", 5000)])[0].isDuplicate == false)
    }
  }

  @Test("and a replica can tell what may be trimmed")
  func replica() async throws {
    try await TestBench.run(shards: 1) { bench in
      _ = try await bench.publish((0..<5).map { Noted("k", $0) })
      _ = try await bench.connection.call("REPLICAOF", "127.0.0.1", "1")
      let trimmer = Trimmer(namespace: bench.namespace, connection: bench.connection)
      let result = try await trimmer.trim(shard: 0, Retention(maxAge: nil, maxEntries: 1), isDryRun: true)
      #expect(result.removed == 0 && result.keptBy == "nobody")
    }
  }
}
