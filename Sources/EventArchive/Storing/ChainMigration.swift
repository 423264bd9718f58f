import EventStreams

/// Chains the rows that an archive held before there were chains, in the order of their places.
enum ChainMigration {
  static let name = "chain"

  static func run(_ database: any ArchiveDatabase) throws {
    try database.execute(tables)
    for shard in try ArchiveReader.shards(database) {
      var head = ChainLink.start
      try forEachRow(of: shard, database) { entryID, event in
        let hash = ChainHash(after: head.hash, shard: shard, entryID: entryID, event: event)
        head = ChainLink(number: head.number + 1, hash: hash)
        let values: [SQLValue] = [
          .integer(Int64(head.number)), .bytes(hash.bytes), .integer(Int64(shard)),
          .integer(Int64(clamping: entryID.milliseconds)), .integer(Int64(clamping: entryID.sequence)),
        ]
        try database.rows(
          "UPDATE events SET link = ?, hash = ? WHERE shard = ? AND stream_ms = ? AND stream_seq = ?", values
        ) { _ in }
      }
      try database.setHead(of: shard, head)
    }
  }

  /// Pages, because rows must not be changed while they are being read.
  private static func forEachRow(
    of shard: Int, _ database: any ArchiveDatabase, _ body: (EntryID, [UInt8]) throws -> Void
  ) throws {
    var last = EntryID.zero
    while true {
      let rows = try ArchiveReader.page(ArchiveReader.Query(shard: shard, after: last, limit: 1000), database)
      for row in rows { try body(row.entryID, row.json) }
      guard rows.count == 1000, let end = rows.last?.entryID else { return }
      last = end
    }
  }

  private static let tables = """
    ALTER TABLE events ADD COLUMN link INTEGER;
    ALTER TABLE events ADD COLUMN hash BLOB;
    CREATE TABLE chain_heads (
      shard INTEGER NOT NULL PRIMARY KEY,
      link INTEGER NOT NULL,
      hash BLOB NOT NULL
    ) STRICT;
    -- With the event's id, so that an event that stands here twice is told without a look at the rows.
    DROP INDEX events_by_key;
    CREATE INDEX events_by_key ON events (key, id);
    -- A program from before there were chains must not add rows that are in none. ROLLBACK rather than ABORT, for which SQLite
    -- keeps a journal of every single insert: that takes a third of their rate.
    CREATE TRIGGER chained_only BEFORE INSERT ON events WHEN new.link IS NULL
    BEGIN SELECT raise(ROLLBACK, 'the archive is chained now: this program is too old to write to it'); END;
    """
}
