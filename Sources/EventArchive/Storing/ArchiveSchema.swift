import GRDB

/// The table of an archive; the views over it are the domain's.
package enum ArchiveSchema {
  static func migrator(of domain: ArchiveDomain) -> DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("events") { database in
      try database.execute(sql: events)
    }
    migrator.registerMigration(ChainMigration.name, migrate: ChainMigration.run)
    if let subject = domain.subject {
      migrator.registerMigration("\(subject.name)s") { try $0.execute(sql: column(of: subject)) }
    }
    for revision in domain.viewRevisions {
      migrator.registerMigration(revision) { try ArchiveView.recreate(domain.views, in: $0) }
    }
    migrator.registerMigration("identity") { database in
      try database.execute(
        sql: "CREATE TABLE archive (name TEXT NOT NULL) STRICT; INSERT INTO archive VALUES (lower(hex(randomblob(16))))"
      )
    }
    return migrator
  }

  /// Whether an event stands at an earlier place as well: it was published again after its publish window was lost.
  package static let isRepetition = """
    EXISTS (SELECT 1 FROM events AS earlier WHERE earlier.key = events.key AND earlier.id = events.id
      AND earlier.shard = events.shard
      AND (earlier.stream_ms, earlier.stream_seq) < (events.stream_ms, events.stream_seq))
    """

  static func insert(_ subject: ArchiveDomain.Subject?) -> String {
    """
    INSERT OR IGNORE INTO events
      (shard, stream_ms, stream_seq, id, type, key, happened_at_us, event, link, hash\(subject.map { ", \($0.name)" } ?? ""))
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?\(subject == nil ? "" : ", ?"))
    """
  }

  /// Where a shard's chain ends.
  static let head = "SELECT link, hash FROM chain_heads WHERE shard = ?"

  static let setHead = "INSERT OR REPLACE INTO chain_heads (shard, link, hash) VALUES (?, ?, ?)"

  /// Where events of some subjects stand, and others that have these keys.
  ///
  /// - Parameters:
  ///   - marks: the subjects, as parameters; twice, if the archive knows events whose key is not their subject.
  ///   - subject: nil if it does not.
  static func places(of marks: String, _ subject: ArchiveDomain.Subject?) -> String {
    let places = "SELECT shard, stream_ms, stream_seq FROM events INDEXED BY"
    let byKey = "\(places) events_by_key WHERE key IN (\(marks))"
    return subject.map { "\(byKey) UNION \(places) \(index(of: $0)) WHERE \($0.name) IN (\(marks))" } ?? byKey
  }

  static func index(of subject: ArchiveDomain.Subject) -> String { "events_by_\(subject.name)" }

  /// The subject of an event whose producer gave it another key: few have one, so the index is small.
  private static func column(of subject: ArchiveDomain.Subject) -> String {
    let (name, value) = (subject.name, "'$.data.\(subject.field)'")
    return """
      ALTER TABLE events ADD COLUMN \(name) TEXT;
      UPDATE events SET \(name) = event ->> \(value)
        WHERE CASE WHEN json_valid(event) THEN json_type(event, \(value)) = 'text'
          AND (event ->> \(value)) <> coalesce(key, '') ELSE 0 END;
      CREATE INDEX \(index(of: subject)) ON events (\(name)) WHERE \(name) IS NOT NULL;
      """
  }

  /// One row per event of the log. `event` is its JSON as logged, byte for byte; id, type, key and time are null where that is no
  /// event. `ChainMigration` adds `link` and `hash`.
  private static let events = """
    CREATE TABLE events (
      shard INTEGER NOT NULL,
      stream_ms INTEGER NOT NULL,
      stream_seq INTEGER NOT NULL,
      id TEXT,
      type TEXT,
      key TEXT,
      happened_at_us INTEGER,
      event TEXT NOT NULL,
      PRIMARY KEY (shard, stream_ms, stream_seq)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX events_by_key ON events (key);
    CREATE INDEX events_by_type ON events (type, happened_at_us);
    """
}
