import EventArchive
import EventStreams
import Foundation
import GRDB
import RideHailing
import Testing

@Suite("Queries of the archive") struct ArchiveQueryTests {
  @Test("find each documented column of each view")
  func columns() async throws {
    try await ArchiveBench.run { bench in
      for view in ArchiveView.rideViews {
        let columns = try await bench.columns("SELECT * FROM \(view.name)")
        #expect(columns == view.columns.map(\.name))
      }
      let views = try await bench.query("SELECT count(*) FROM sqlite_master WHERE type = 'view'")
      #expect(views == [[.integer(Int64(ArchiveView.rideViews.count))]])
    }
  }

  @Test("get values as they are")
  func values() async throws {
    try await ArchiveBench.run { bench in
      let found = try await bench.query("-- all kinds\nSELECT NULL, 1, 1.5, 'São', x'00ff';")
      #expect(found == [[.null, .integer(1), .real(1.5), .text("São"), .bytes([0, 255])]])
      #expect(try await bench.query("VALUES (1), (2)") == [[.integer(1)], [.integer(2)]])
      #expect(try await bench.query("WITH a(b) AS (SELECT 3) SELECT b FROM a") == [[.integer(3)]])
    }
  }

  @Test(
    "are refused unless they are one statement that reads",
    arguments: [
      ("INSERT INTO events VALUES (1, 1, 1, '', '', '', 1, '')", "INSERT is refused"),
      ("DELETE FROM events", "DELETE is refused"),
      ("DROP VIEW rides", "DROP is refused"),
      ("CREATE TEMP TABLE a (b)", "CREATE is refused"),
      ("/* a comment */ -- another\n update events set event = ''", "UPDATE is refused"),
      ("ATTACH 'other.sqlite' AS other", "ATTACH is refused"),
      ("PRAGMA journal_mode = DELETE", "PRAGMA is refused"),
      ("BEGIN IMMEDIATE", "BEGIN is refused"),
      ("VACUUM INTO 'copy.sqlite'", "VACUUM is refused"),
      ("WITH a AS (SELECT 1) DELETE FROM events", "would write"),
      ("SELECT 1; SELECT 2", "several statements"),
      ("SELECT 1; DELETE FROM events", "several statements"),
      ("SELECT 1; nonsense", "several statements"),
      ("", "no statement"),
      (" ; -- nothing", "no statement"),
      ("SELECT * FROM rides WHERE ride = ?", "parameters"),
    ])
  func refused(sql: String, reason: String) async throws {
    try await ArchiveBench.run { bench in
      try await bench.store([EncodedEvent(completedRide())])
      await #expect { try await bench.query(sql) } throws: { "\($0)".contains(reason) }
      #expect(try await bench.query("SELECT count(*) FROM rides") == [[.integer(1)]])
    }
  }

  @Test(
    "say what is wrong, where, and what was meant",
    arguments: [
      ("SELECT totl FROM rides", "no such column: totl, at character 8: totl FROM rides; did you mean total?"),
      ("SELECT * FROM riders", "no such table: riders; did you mean rides?"),
      ("SELECT * FROM nowhere_near", "no such table: nowhere_near; there are rides, requests"),
      ("SELECT \"Paris\"", "text stands in 'single quotes'"),
      ("SELECT 'São' FORM rides", "syntax error, at character 19: rides"),
      ("SELECT sum('a', 'b')", "wrong number of arguments"),
    ])
  func mistakes(sql: String, problem text: String) async throws {
    try await ArchiveBench.run { bench in
      await #expect { try await bench.query(sql) } throws: { "\($0)".contains(text) }
    }
  }

  @Test("need an archive")
  func noArchive() async throws {
    try await ArchiveBench.run { bench in
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
    try await ArchiveBench.run { bench in
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
