import EventArchive
import EventStreams
import EventStreamsOperations
import Foundation
import GRDB
import HiredisClient
import RedisTestSupport
import RideHailing
import Testing

/// The archive beside a log from which the first half was trimmed.
@Suite("The archive and the log") struct ArchiveLogTests {
  /// Stores forty events of one shard, trims the first twenty, spoils something, and verifies.
  private func verify(
    _ keeper: ArchiveKeeper = .sqlite,
    _ spoil: (RideBench, _ log: String, _ ids: [EntryID]) async throws -> Void = { _, _, _ in }
  ) async throws -> ArchiveVerificationReport {
    var found: ArchiveVerificationReport?
    try await RideBench.run(archive: keeper) { bench in
      let ids = try await Self.fill(bench)
      let log = bench.namespace.log(bench.namespace.shard(of: "New York"), RideTopics.rides)
      try await spoil(bench, log, ids)
      found = try await Self.report(bench)
    }
    return try #require(found)
  }

  /// Forty events that analytics has stored, of which the log holds the last twenty.
  static func fill(_ bench: RideBench) async throws -> [EntryID] {
    let shard = bench.namespace.shard(of: "New York")
    try await bench.running(["analytics"]) {
      _ = try await bench.publish((1...40).map { EncodedEvent(completedRide("r\($0)")) })
      try await bench.settled(["analytics"])
    }
    let ids = try await Inspector(namespace: bench.namespace, connection: bench.connection).entries(
      shard: shard, after: .zero, limit: 100
    ).map(\.id)
    let trimmer = Trimmer(namespace: bench.namespace, connection: bench.connection)
    let start = try await trimmer.start()
    try await StoreConfirmation("analytics", namespace: bench.namespace, connection: bench.connection)
      .confirm(ArchiveReader(path: bench.configuration.archivePath, of: .rides))
    let trimmed = try await trimmer.trim(shard: shard, Retention(maxEntries: 20), since: start)
    #expect(trimmed.reduce(0) { $0 + $1.removed } == 20)
    return ids
  }

  static func report(_ bench: RideBench) async throws -> ArchiveVerificationReport {
    try await ArchiveVerification(
      archive: ArchiveReader(path: bench.configuration.archivePath, of: .rides),
      inspector: Inspector(namespace: bench.namespace, connection: bench.connection), shards: bench.namespace.shards
    ).run()
  }

  private static func sqlite(_ bench: RideBench, _ sql: String) throws {
    try DatabaseQueue(path: bench.configuration.archivePath).write { try $0.execute(sql: sql) }
  }

  /// Makes the chain of a spoilt archive anew, as somebody would who can write to it.
  private static func chainAnew(_ bench: RideBench) throws {
    try sqlite(
      bench,
      """
      DROP TRIGGER chained_only; DROP TABLE chain_heads;
      ALTER TABLE events DROP COLUMN link; ALTER TABLE events DROP COLUMN hash;
      DELETE FROM grdb_migrations WHERE identifier = 'chain';
      """)
    _ = try Archive(path: bench.configuration.archivePath, of: .rides)
  }

  private func kinds(_ report: ArchiveVerificationReport) -> Set<ArchiveFault.Kind> { Set(report.found.map(\.kind)) }

  @Test("fit together after trimming, and while some is not stored yet", arguments: ArchiveKeeper.allCases)
  func clean(_ keeper: ArchiveKeeper) async throws {
    let report = try await verify(keeper) { bench, _, _ in
      _ = try await bench.publish((41...50).map { EncodedEvent(completedRide("r\($0)")) })
    }
    #expect(report.found == [])
    #expect(report.shards.map(\.rows).reduce(0, +) == 40)
    #expect(report.shards.compactMap(\.compared).reduce(0, +) == 20)
    #expect(report.shards.allSatisfy { $0.counting == .complete || $0.rows == 0 })
  }

  @Test("tell a changed row whose chain was made anew, as long as the log has the event")
  func changedAnew() async throws {
    let report = try await verify { bench, _, _ in
      try Self.sqlite(bench, "UPDATE events SET event = replace(event, '200', '900') WHERE key = 'r30'")
      try Self.chainAnew(bench)
    }
    #expect(kinds(report) == [.notAsLogged])
    #expect(report.found.first?.entryID != nil)
  }

  @Test("tell a hole where the log was trimmed, even if the chain was made anew: the numbers don't fit")
  func holeAnew() async throws {
    let report = try await verify { bench, _, _ in
      try Self.sqlite(bench, "DELETE FROM events WHERE key IN ('r5', 'r6')")
      try Self.chainAnew(bench)
    }
    #expect(kinds(report) == [.uncounted])
    #expect(report.found.first?.detail.contains("2 are in neither") ?? false)
    #expect(report.shards.contains { $0.counting == .incomplete })
  }

  @Test("tell a removed tail, an inserted row and a moved one, though the chain was made anew")
  func tailAnew() async throws {
    let tail = try await verify { bench, _, _ in
      try Self.sqlite(bench, "DELETE FROM events WHERE key IN ('r39', 'r40')")
      try Self.chainAnew(bench)
    }
    #expect(kinds(tail) == [.missing])
    #expect(tail.found.count == 2)
    let inserted = try await verify { bench, _, _ in
      try Self.sqlite(
        bench,
        """
        DROP TRIGGER chained_only;
        INSERT INTO events (shard, stream_ms, stream_seq, id, type, key, happened_at_us, event)
        SELECT shard, stream_ms, stream_seq + 1000, 'x', type, 'x', 0, event FROM events WHERE key = 'r30';
        CREATE TRIGGER chained_only BEFORE INSERT ON events BEGIN SELECT 1; END;
        """)
      try Self.chainAnew(bench)
    }
    #expect(kinds(inserted) == [.notInLog])
    let moved = try await verify { bench, _, _ in
      try Self.sqlite(bench, "UPDATE events SET stream_seq = stream_seq + 1000 WHERE key = 'r30'")
      try Self.chainAnew(bench)
    }
    #expect(kinds(moved) == [.missing, .notInLog])
  }

  @Test("tell what the log has lost", arguments: ArchiveKeeper.allCases)
  func lost(_ keeper: ArchiveKeeper) async throws {
    let report = try await verify(keeper) { bench, log, ids in
      _ = try await bench.connection.call("XDEL", log, ids[30].description)
    }
    #expect(kinds(report) == [.notInLog])
    #expect(report.found.first?.entryID != nil)
  }

  @Test(
    "can't be counted after the log was lost and has begun anew, and say so; the chain still tells",
    arguments: ArchiveKeeper.allCases)
  func begunAnew(_ keeper: ArchiveKeeper) async throws {
    let report = try await verify(keeper) { bench, _, _ in
      _ = try await bench.connection.call("FLUSHALL")
      let namespace = try await Namespace.open("rides", shardCount: 4, on: bench.connection)
      #expect(namespace == bench.namespace)
      try await bench.running(["analytics"]) {
        _ = try await bench.publish([EncodedEvent(completedRide("r41"))])
        try await bench.settled(["analytics"])
      }
    }
    #expect(report.found == [])
    let shard = report.shards.first { $0.rows > 0 }
    #expect(shard?.counting == .notComparable && shard?.rows == 41 && shard?.compared == 1)
    let spoilt = try await verify(keeper) { bench, _, _ in
      _ = try await bench.connection.call("FLUSHALL")
      try keeper.change(bench.configuration.archivePath, "DELETE FROM events WHERE key = 'r3'")
    }
    #expect(kinds(spoilt) == [.removed])
    #expect(spoilt.shards.first { $0.rows > 0 }?.counting == .notComparable)
  }
}
