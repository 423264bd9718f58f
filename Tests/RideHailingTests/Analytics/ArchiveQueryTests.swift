import EventArchive
import EventStreams
import Foundation
import GRDB
import RideHailing
import Testing

@Suite("Queries of the archive") struct ArchiveQueryTests {
  @Test("find each documented column of each view", arguments: ArchiveKeeper.allCases)
  func columns(_ keeper: ArchiveKeeper) async throws {
    try await ArchiveBench.run(keeper) { bench in
      for view in ArchiveView.rideViews {
        let columns = try await bench.columns("SELECT * FROM \(view.name)")
        #expect(columns == view.columns.map(\.name))
      }
      let catalog =
        keeper == .sqlite ? "sqlite_master WHERE type = 'view'" : "pg_views WHERE schemaname = current_schema()"
      let views = try await bench.query("SELECT count(*) FROM \(catalog)")
      #expect(views == [[.integer(Int64(ArchiveView.rideViews.count))]])
    }
  }

  @Test("get values as they are", arguments: ArchiveKeeper.allCases)
  func values(_ keeper: ArchiveKeeper) async throws {
    try await ArchiveBench.run(keeper) { bench in
      let found = try await bench.query("-- all kinds\nSELECT NULL, 1, 1.5, 'São', \(keeper.bytes("00ff")), 2 > 1;")
      #expect(found == [[.null, .integer(1), .real(1.5), .text("São"), .bytes([0, 255]), .integer(1)]])
      #expect(try await bench.query("VALUES (1), (2)") == [[.integer(1)], [.integer(2)]])
      #expect(try await bench.query("WITH a(b) AS (SELECT 3) SELECT b FROM a") == [[.integer(3)]])
    }
  }

  private static let refusedEverywhere = [
    ("INSERT INTO events VALUES (1, 1, 1, '', '', '', 1, '')", "INSERT is refused"),
    ("DELETE FROM events", "DELETE is refused"),
    ("DROP VIEW rides", "DROP is refused"),
    ("CREATE TEMP TABLE a (b)", "CREATE is refused"),
    ("/* a comment */ -- another\n update events set event = ''", "UPDATE is refused"),
    ("ATTACH 'other.sqlite' AS other", "ATTACH is refused"),
    ("PRAGMA journal_mode = DELETE", "PRAGMA is refused"),
    ("BEGIN IMMEDIATE", "BEGIN is refused"),
    ("COMMIT", "COMMIT is refused"),
    ("VACUUM INTO 'copy.sqlite'", "VACUUM is refused"),
    ("WITH a AS (SELECT 1) DELETE FROM events", "would write"),
    ("SELECT 1; SELECT 2", "several statements"),
    ("SELECT 1; DELETE FROM events", "several statements"),
    ("", "no statement"),
    (" ; -- nothing", "no statement"),
  ]

  @Test(
    "are refused unless they are one statement that reads", arguments: ArchiveKeeper.allCases, refusedEverywhere)
  func refused(_ keeper: ArchiveKeeper, _ item: (sql: String, reason: String)) async throws {
    try await refuses(keeper, item.sql, item.reason)
  }

  @Test(
    "are refused if they would write in a way that only one of the databases has",
    arguments: [
      (ArchiveKeeper.sqlite, "SELECT 1; nonsense", "several statements"),
      (.sqlite, "SELECT * FROM rides WHERE ride = ?", "parameters"),
      (.postgresql, "SELECT * FROM rides WHERE ride = $1", "parameters"),
      (.postgresql, "EXPLAIN ANALYZE DELETE FROM events", "would write"),
      (.postgresql, "WITH gone AS (DELETE FROM events RETURNING 1) SELECT count(*) FROM gone", "would write"),
      (.postgresql, "SELECT key FROM events FOR UPDATE", "would write"),
      (.postgresql, "SELECT set_config('transaction_read_only', 'off', false)", "read-write mode"),
      (.postgresql, "SELECT * INTO other FROM events", "would write"),
      (.postgresql, "COPY events TO '/tmp/events'", "COPY is refused"),
      (.postgresql, "DO $$ BEGIN DELETE FROM events; END $$", "DO is refused"),
    ])
  func refusedByOne(_ keeper: ArchiveKeeper, sql: String, reason: String) async throws {
    try await refuses(keeper, sql, reason)
  }

  private func refuses(_ keeper: ArchiveKeeper, _ sql: String, _ reason: String) async throws {
    try await ArchiveBench.run(keeper) { bench in
      try await bench.store([EncodedEvent(completedRide())])
      await #expect { try await bench.query(sql) } throws: { "\($0)".contains(reason) }
      #expect(try await bench.query("SELECT count(*) FROM rides") == [[.integer(1)]])
    }
  }

  @Test("leave nothing behind of what a function does that may be called where only reading is allowed")
  func functions() async throws {
    try await ArchiveBench.run(.postgresql) { bench in
      _ = try? await bench.query("SELECT lo_create(4711)")
      let objects = try await bench.query("SELECT count(*) FROM pg_largeobject_metadata")
      #expect(objects == [[.integer(0)]])
    }
  }

  @Test(
    "say what is wrong, where, and what was meant",
    arguments: [
      (
        ArchiveKeeper.sqlite, "SELECT totl FROM rides",
        "no such column: totl, at character 8: totl FROM rides; did you mean total?"
      ),
      (.sqlite, "SELECT * FROM riders", "no such table: riders; did you mean rides?"),
      (.sqlite, "SELECT * FROM nowhere_near", "no such table: nowhere_near; there are rides, requests"),
      (.sqlite, "SELECT \"Paris\"", "text stands in 'single quotes'"),
      (.sqlite, "SELECT 'São' FORM rides", "syntax error, at character 19: rides"),
      (.sqlite, "SELECT sum('a', 'b')", "wrong number of arguments"),
      (
        .postgresql, "SELECT totl FROM rides",
        "column \"totl\" does not exist, at character 8: totl FROM rides; did you mean total?"
      ),
      (
        .postgresql, "SELECT rides.totl FROM rides",
        "column rides.totl does not exist, at character 8: rides.totl FROM rides; did you mean total?"
      ),
      (
        .postgresql, "SELECT * FROM riders",
        "relation \"riders\" does not exist, at character 15: riders; did you mean rides?"
      ),
      (
        .postgresql, "SELECT * FROM nowhere_near",
        "does not exist, at character 15: nowhere_near; there are rides, requests"
      ),
      (.postgresql, "SELECT \"Paris\"", "text stands in 'single quotes'"),
      (.postgresql, "SELECT 'São' FORM rides", "syntax error at or near \"rides\", at character 19: rides"),
      (.postgresql, "SELECT 1 / 0", "division by zero"),
    ])
  func mistakes(_ keeper: ArchiveKeeper, sql: String, problem text: String) async throws {
    try await ArchiveBench.run(keeper) { bench in
      await #expect { try await bench.query(sql) } throws: { "\($0)".contains(text) }
    }
  }

  @Test("need an archive")
  func noArchive() async throws {
    try await ArchiveBench.run(.sqlite) { bench in
      let text = bench.path + ".txt"
      try String(repeating: "no database ", count: 100).write(toFile: text, atomically: true, encoding: .utf8)
      let other = bench.path + ".other"
      try await DatabaseQueue(path: other).write { try $0.execute(sql: "CREATE TABLE a (b)") }
      #expect(problem { try ArchiveQuery(path: bench.path + ".gone", of: .rides) }.contains("there is no archive at"))
      #expect(problem { try ArchiveQuery(path: text, of: .rides) }.contains("is no SQLite database"))
      #expect(problem { try ArchiveQuery(path: other, of: .rides) }.contains("has no table events"))
    }
  }

  @Test("see today's views in an archive from earlier")
  func migration() async throws {
    try await ArchiveBench.run(.sqlite) { bench in
      let file = try DatabaseQueue(path: bench.path)
      try await file.write { database in
        try database.execute(
          sql: "DROP VIEW rides; CREATE VIEW rides AS SELECT 1 AS one; CREATE VIEW gone AS SELECT 2")
        try database.execute(sql: "DELETE FROM grdb_migrations WHERE identifier = 'views'")
      }
      _ = try Archive(path: bench.path, of: .rides)
      let views = try await file.read {
        try String.fetchSet($0, sql: "SELECT name FROM sqlite_master WHERE type = 'view'")
      }
      #expect(views == Set(ArchiveView.rideViews.map(\.name)))
    }
  }
}
