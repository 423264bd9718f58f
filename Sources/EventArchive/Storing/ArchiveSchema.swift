import GRDB

/// How the table of an archive came to be what it is; the views over it are the domain's.
enum ArchiveSchema {
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

  /// The subject of an event whose producer gave it another key: few have one, so the index is small.
  private static func column(of subject: ArchiveDomain.Subject) -> String {
    let (name, value) = (subject.name, "'$.data.\(subject.field)'")
    return """
      ALTER TABLE events ADD COLUMN \(name) TEXT;
      UPDATE events SET \(name) = event ->> \(value)
        WHERE CASE WHEN json_valid(event) THEN json_type(event, \(value)) = 'text'
          AND (event ->> \(value)) <> coalesce(key, '') ELSE 0 END;
      CREATE INDEX \(ArchiveTable.index(of: subject)) ON events (\(name)) WHERE \(name) IS NOT NULL;
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
