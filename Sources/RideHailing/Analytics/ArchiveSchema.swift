import GRDB

/// The tables and views of the archive. Views are for people: money in minor units, times in ISO 8601.
enum ArchiveSchema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("events") { database in
      try database.execute(sql: events)
      try database.execute(sql: views)
    }
    migrator.registerMigration(ChainMigration.name, migrate: ChainMigration.run)
    return migrator
  }

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

  private static let views = """
    -- One row per completed ride.
    CREATE VIEW rides AS SELECT
      event ->> '$.data.rideId' AS ride, event ->> '$.data.riderId' AS rider, event ->> '$.data.driverId' AS driver,
      event ->> '$.data.city' AS city, strftime('%Y-%m-%dT%H:%M:%SZ', happened_at_us / 1000000, 'unixepoch') AS completed_at,
      event ->> '$.data.fare.total' AS total, event ->> '$.data.fare.currency' AS currency,
      coalesce(event ->> '$.data.fare.tip', 0) AS tip, coalesce(event ->> '$.data.fare.surge', 0) AS surge,
      event ->> '$.data.payment.method' AS method, event ->> '$.data.distanceMeters' AS meters,
      event ->> '$.data.durationSeconds' AS seconds, shard, stream_ms, stream_seq
    FROM events WHERE type = 'RIDE_COMPLETED';

    -- Rides and money per city and currency.
    CREATE VIEW cities AS SELECT
      city, currency, count(*) AS rides, sum(total) AS revenue, sum(tip) AS tips, cast(avg(meters) AS INTEGER) AS mean_meters
    FROM rides GROUP BY city, currency;

    -- Rides and money per day and currency.
    CREATE VIEW revenue AS SELECT
      substr(completed_at, 1, 10) AS day, currency, count(*) AS rides, sum(total) AS revenue, sum(tip) AS tips
    FROM rides GROUP BY day, currency;

    -- Rides per hour of the day (UTC).
    CREATE VIEW hours AS SELECT
      cast(substr(completed_at, 12, 2) AS INTEGER) AS hour, count(*) AS rides FROM rides GROUP BY hour;

    -- One row per payment, captured or failed.
    CREATE VIEW payments AS SELECT
      event ->> '$.data.rideId' AS ride, type = 'PAYMENT_CAPTURED' AS captured, event ->> '$.data.amount' AS amount,
      event ->> '$.data.currency' AS currency, event ->> '$.data.method' AS method, event ->> '$.data.reason' AS reason
    FROM events WHERE type IN ('PAYMENT_CAPTURED', 'PAYMENT_FAILED');

    -- One row per rating.
    CREATE VIEW ratings AS SELECT
      event ->> '$.data.rideId' AS ride, event ->> '$.data.driverId' AS driver, event ->> '$.data.stars' AS stars,
      event ->> '$.data.comment' AS comment
    FROM events WHERE type = 'RIDE_RATED';
    """
}
