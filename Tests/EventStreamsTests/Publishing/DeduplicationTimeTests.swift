import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams

@Suite("The deduplication time") struct DeduplicationTimeTests {
  /// The server's namespace `test` of two shards, made anew to remember ids for some time.
  private static func bench(_ bench: TestBench, remembering time: Duration) async throws -> TestBench {
    _ = try await bench.connection.call("FLUSHALL")
    return TestBench(
      server: bench.server, connection: bench.connection,
      namespace: try await Namespace.open("test", shardCount: 2, deduplicationTime: time, on: bench.connection))
  }

  /// Checks that all that a shard remembers stands in one hash, and that the places of these events do.
  private static func check(_ bench: TestBench, shard: Int, hash index: Int64, remembers ids: [String]) async throws {
    let seen = bench.namespace.seen(shard)
    let hashes = try await bench.connection.strings(["KEYS", "\(seen):*"])
    #expect(hashes == ["\(seen):\(index)"])
    let logged = try await bench.logged(shard)
    for id in ids {
      let place = try #require(logged.first { $0.id == id }).place
      let remembered = try await bench.connection.strings(["HMGET", "\(seen):\(index)", id])
      #expect(remembered == [place.description])
    }
  }

  @Test("is one for all who publish: producers, services, other shards' services, and what was scheduled by either")
  func oneForAll() async throws {
    try await TestBench.run { server in
      let days = 3
      let bench = try await Self.bench(server, remembering: .seconds(days * 86_400))
      let here = bench.place(in: 0)
      let outbox = try await OutboxBench(bench)
      let later = Timestamp.now() + .seconds(3600)
      _ = try await bench.publish([Noted("published", 1, place: here)])
      _ = try await bench.publisher.publish([EncodedEvent(Noted("scheduled", 1, place: here))], due: later)
      try await outbox.log.commit([
        Effects { effects in
          effects.publish(Remarked("followed", 1, place: here))
          effects.publish(Remarked("will follow", 1, place: here), due: later)
          effects.publish(Remarked("sent", 1, place: bench.place(in: 1)))
        }
      ])
      await outbox.forward()
      try await bench.makeDue()
      #expect(try await bench.moveDue().moved == 2)

      let index = Timestamp.now().microsecondsSinceEpoch / 1_000_000 / Int64(days * 86_400)
      let ids = ["NOTED:published:1", "NOTED:scheduled:1", "REMARKED:followed:1", "REMARKED:will follow:1"]
      try await Self.check(bench, shard: 0, hash: index, remembers: ids)
      try await Self.check(bench, shard: 1, hash: index, remembers: ["REMARKED:sent:1"])
    }
  }

  @Test("stands with the namespace: who opens it is told, and who wants another is refused")
  func agreedOn() async throws {
    try await TestBench.run { server in
      #expect(server.namespace.deduplicationTime == .seconds(86_400))
      let bench = try await Self.bench(server, remembering: .seconds(600))
      let found = try await Namespace.find("test", on: bench.connection)
      #expect(found?.deduplicationTime == .seconds(600))
      #expect(try await Namespace.open("test", on: bench.connection).deduplicationTime == .seconds(600))
      // Also where the functions must be loaded anew.
      _ = try await bench.connection.call("FUNCTION", "FLUSH")
      let refusal = await #expect(throws: NamespaceError.self) {
        _ = try await Namespace.open("test", deduplicationTime: .seconds(601), on: bench.connection)
      }
      #expect(
        refusal?.description
          == "namespace 'test' remembers ids for 10m 0s, not 10m 1s: the time is fixed when a namespace is made")
      // One that was made before it could be chosen remembers as it did.
      _ = try await bench.connection.call("HDEL", bench.namespace.configuration, "deduplication")
      #expect(try await Namespace.find("test", on: bench.connection)?.deduplicationTime == .seconds(86_400))
      _ = await #expect(throws: NamespaceError.self) {
        _ = try await Namespace.open("test", deduplicationTime: .seconds(600), on: bench.connection)
      }
    }
  }

  @Test("that nobody can have meant is refused, wherever it stands")
  func bounds() async throws {
    try await TestBench.run { bench in
      for time in [Duration.zero, .milliseconds(999), .seconds(367 * 86_400), .seconds(-1)] {
        _ = await #expect(throws: NamespaceError.self) {
          _ = try await Namespace.open("another", deduplicationTime: time, on: bench.connection)
        }
      }
      #expect(try await Namespace.find("another", on: bench.connection) == nil)
      for text in ["0", "-1", "9223372036854775808", "1d", ""] {
        _ = try await bench.connection.call("HSET", bench.namespace.configuration, "deduplication", text)
        _ = await #expect(throws: NamespaceError.self) { _ = try await Namespace.find("test", on: bench.connection) }
      }
    }
  }
}
