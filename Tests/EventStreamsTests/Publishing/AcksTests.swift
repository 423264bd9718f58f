import HiredisClient
import RedisTestSupport
import Testing

@testable import EventStreams

@Suite("What is published with confirmation") struct AcksTests {
  /// Runs a test with a master that has a replica.
  private func withReplica(
    _ body: (TestBench, _ replica: RedisServer) async throws -> Void
  ) async throws {
    try await withRedis(arguments: ["--repl-diskless-sync-delay", "0"], tcp: true) { master in
      try await withRedis(arguments: ["--replicaof", "127.0.0.1", "\(try master.port)"]) { replica in
        let connection = Connection(master.url)
        let namespace = try await Namespace.open("test", shardCount: 2, on: connection)
        try await eventually("the replica is there") {
          try await connection.text("INFO", "replication").contains("state=online")
        }
        try await body(TestBench(server: master, connection: connection, namespace: namespace), replica)
      }
    }
  }

  private func publisher(_ bench: TestBench, _ acks: Acknowledgement) -> Publisher {
    Publisher(namespace: bench.namespace, connection: Connection(bench.server.url), acks: acks)
  }

  @Test("is with the replica when it is said to be published", arguments: [true, false])
  func confirmed(all: Bool) async throws {
    try await withReplica { bench, replica in
      let acks: Acknowledgement = all ? .all(within: .seconds(60)) : .replicas(1, within: .seconds(60))
      let events = (0..<50).map { Noted("k\($0)", $0, place: "p\($0)") }
      let results = try await publisher(bench, acks).publish(events.map { EncodedEvent($0) })
      let onReplica = Connection(replica.url, options: ConnectionOptions(acceptsReplica: true))
      var count = 0
      for shard in bench.namespace.shards {
        count += try await onReplica.integer(["XLEN", bench.namespace.log(shard)])
      }
      #expect(count == 50 && results.allSatisfy { !$0.isDuplicate })
    }
  }

  @Test(
    "is said not to be while the replica stands still, also where it is published again by another connection, and is when it goes on"
  )
  func unconfirmed() async throws {
    try await withReplica { bench, replica in
      await replica.pause()
      for _ in 0..<2 {
        let error = await #expect(throws: Unconfirmed.self) {
          _ = try await publisher(bench, .replicas(1, within: .milliseconds(100))).publish([
            EncodedEvent(Noted("k", 1)), EncodedEvent(Noted("k", 2)),
          ])
        }
        #expect(error?.events == 2 && error?.wanted == 1 && error?.confirmed == 0)
        #expect(
          error?.description.hasPrefix("0 of the 1 replicas wanted have confirmed 2 events within 100ms: ")
            == true)
      }
      await replica.resume()
      let again = try await publisher(bench, .replicas(1, within: .seconds(60))).publish([EncodedEvent(Noted("k", 1))])
      #expect(again[0].isDuplicate)
    }
  }

  @Test(
    "has its connection write something even if all of it is there already: a server may take a connection that has written nothing for confirmed"
  )
  func writesAlways() async throws {
    try await TestBench.run { bench in
      _ = try await bench.publish([Noted("k", 1)])
      let before = try await bench.connection.integer(["DBSIZE"])
      let written = try await Self.sets(bench.connection)
      await #expect(throws: Unconfirmed.self) {
        _ = try await publisher(bench, .all(within: .milliseconds(1))).publish([EncodedEvent(Noted("k", 1))])
      }
      // What it wrote goes away by itself.
      try await eventually("it is gone") { try await bench.connection.integer(["DBSIZE"]) == before }
      #expect(try await Self.sets(bench.connection) == written + 1)
    }
  }

  /// How often the server has been told to set a key.
  private static func sets(_ connection: Connection) async throws -> Int {
    let line = try await connection.text("INFO", "commandstats").split(whereSeparator: \.isNewline).first {
      $0.hasPrefix("cmdstat_set:calls=")
    }
    return line.flatMap { Int($0.dropFirst("cmdstat_set:calls=".count).prefix { $0.isNumber }) } ?? 0
  }

  @Test("is not where a replica that was there is cut off, if all are wanted")
  func cutOff() async throws {
    try await withReplica { bench, replica in
      let publisher = publisher(bench, .all(within: .milliseconds(100)))
      _ = try await Publisher(
        namespace: bench.namespace, connection: Connection(bench.server.url), acks: .all(within: .seconds(60))
      ).publish([EncodedEvent(Noted("k", 1))])
      await replica.kill()
      let error = await #expect(throws: Unconfirmed.self) {
        _ = try await publisher.publish([EncodedEvent(Noted("k", 2))])
      }
      #expect(error?.wanted == 1)
    }
  }

  @Test("by the server's disk says what it takes where that can't be had")
  func disk() async throws {
    try await TestBench.run { bench in
      let error = await #expect(throws: RedisError.self) {
        _ = try await publisher(bench, .fsync(within: .seconds(1))).publish([EncodedEvent(Noted("k", 1))])
      }
      #expect(error?.message.contains("WAITAOF") == true, "\(error as Any)")
    }
  }
}
