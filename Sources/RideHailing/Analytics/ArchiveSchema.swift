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
    migrator.registerMigration("rides") { try $0.execute(sql: rides) }
    migrator.registerMigration("views net of corrections") { try ArchiveView.recreateAll(in: $0) }
    migrator.registerMigration("identity") { database in
      try database.execute(
        sql: "CREATE TABLE archive (name TEXT NOT NULL) STRICT; INSERT INTO archive VALUES (lower(hex(randomblob(16))))"
      )
    }
    return migrator
  }

  /// Whether an event stands at an earlier place as well: it was published again after its publish window was lost.
  static let isRepetition = """
    EXISTS (SELECT 1 FROM events AS earlier WHERE earlier.key = events.key AND earlier.id = events.id
      AND earlier.shard = events.shard
      AND (earlier.stream_ms, earlier.stream_seq) < (events.stream_ms, events.stream_seq))
    """

  static let insert = """
    INSERT OR IGNORE INTO events (shard, stream_ms, stream_seq, id, type, key, happened_at_us, event, link, hash, ride)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    """

  /// Where a shard's chain ends.
  static let head = "SELECT link, hash FROM chain_heads WHERE shard = ?"

  static let setHead = "INSERT OR REPLACE INTO chain_heads (shard, link, hash) VALUES (?, ?, ?)"

  /// Where events of rides stand, and others that have a ride's key.
  ///
  /// - Parameter marks: the rides, as parameters; twice, if the archive knows events whose key is not their ride.
  static func places(ofRides marks: String, hasRides: Bool) -> String {
    let places = "SELECT shard, stream_ms, stream_seq FROM events INDEXED BY"
    let byKey = "\(places) events_by_key WHERE key IN (\(marks))"
    return hasRides ? "\(byKey) UNION \(places) events_by_ride WHERE ride IN (\(marks))" : byKey
  }

  /// The ride of an event whose producer gave it another key: few have one, so the index is small.
  private static let rides = """
    ALTER TABLE events ADD COLUMN ride TEXT;
    UPDATE events SET ride = event ->> '$.data.rideId'
      WHERE CASE WHEN json_valid(event) THEN json_type(event, '$.data.rideId') = 'text'
        AND (event ->> '$.data.rideId') <> coalesce(key, '') ELSE 0 END;
    CREATE INDEX events_by_ride ON events (ride) WHERE ride IS NOT NULL;
    """

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
