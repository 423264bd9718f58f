import GRDB

/// The table of the archive; the views over it are those of ``ArchiveView``.
enum ArchiveSchema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("events") { database in
      try database.execute(sql: events)
    }
    migrator.registerMigration(ChainMigration.name, migrate: ChainMigration.run)
    migrator.registerMigration("views") { try ArchiveView.recreateAll(in: $0) }
    migrator.registerMigration("views without repetitions") { try ArchiveView.recreateAll(in: $0) }
    return migrator
  }

  /// Whether an event stands at an earlier place as well: it was published again after its publish window was lost.
  static let isRepetition = """
    EXISTS (SELECT 1 FROM events AS earlier WHERE earlier.key = events.key AND earlier.id = events.id
      AND earlier.shard = events.shard
      AND (earlier.stream_ms, earlier.stream_seq) < (events.stream_ms, events.stream_seq))
    """

  static let insert = """
    INSERT OR IGNORE INTO events (shard, stream_ms, stream_seq, id, type, key, happened_at_us, event, link, hash)
    VALUES (?, ?, ?, ?, ?, ?, ?, cast(? AS TEXT), ?, ?)
    """

  /// Where a shard's chain ends.
  static let head = "SELECT link, hash FROM chain_heads WHERE shard = ?"

  static let setHead = "INSERT OR REPLACE INTO chain_heads (shard, link, hash) VALUES (?, ?, ?)"

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
