/// The table of an archive, in SQL.
package enum ArchiveTable {
  /// Whether an event stands at an earlier place as well: it was published again after its id was forgotten.
  package static let isRepetition = """
    EXISTS (SELECT 1 FROM events AS earlier WHERE earlier.key = events.key AND earlier.id = events.id
      AND earlier.shard = events.shard
      AND (earlier.stream_ms, earlier.stream_seq) < (events.stream_ms, events.stream_seq))
    """

  /// What is stored of an event, in order.
  static func columns(_ subject: ArchiveDomain.Subject?) -> [String] {
    ["shard", "stream_ms", "stream_seq", "id", "type", "key", "happened_at_us", "event", "link", "hash"]
      + (subject.map { [$0.name] } ?? [])
  }

  /// Where a shard's chain ends.
  static let head = "SELECT link, hash FROM chain_heads WHERE shard = ?"

  static let setHead = """
    INSERT INTO chain_heads (shard, link, hash) VALUES (?, ?, ?)
    ON CONFLICT (shard) DO UPDATE SET link = excluded.link, hash = excluded.hash
    """

  /// Has nobody else add to a shard until the transaction ends. Of who has the shard it is noted under which epoch; nothing is
  /// returned if somebody has had it under a later one.
  static let takeShard = """
    INSERT INTO writers (shard, epoch) VALUES (?, ?)
    ON CONFLICT (shard) DO UPDATE SET epoch = excluded.epoch WHERE writers.epoch <= excluded.epoch RETURNING epoch
    """

  /// The same for who adds without a lease, as a rebuild does.
  static let holdShard = """
    INSERT INTO writers (shard, epoch) VALUES (?, 0) ON CONFLICT (shard) DO UPDATE SET epoch = writers.epoch RETURNING epoch
    """

  /// Where events of some subjects stand, and others that have these keys.
  ///
  /// - Parameters:
  ///   - marks: the subjects, as parameters; twice, if the archive knows events whose key is not their subject.
  ///   - subject: nil if it does not.
  static func places(of marks: String, _ subject: ArchiveDomain.Subject?, _ dialect: SQLDialect) -> String {
    let places = "SELECT shard, stream_ms, stream_seq FROM events"
    let byKey = "\(places)\(dialect.indexed(by: "events_by_key")) WHERE key IN (\(marks))"
    return subject.map {
      "\(byKey) UNION \(places)\(dialect.indexed(by: index(of: $0))) WHERE \($0.name) IN (\(marks))"
    } ?? byKey
  }

  static func index(of subject: ArchiveDomain.Subject) -> String { "events_by_\(subject.name)" }

  /// Events of a type that happened in a span of time, in the order of the log: type, from, before.
  package static func inOrder(_ columns: String, _ dialect: SQLDialect) -> String {
    let wanted = "WHERE type = ? AND happened_at_us >= ? AND happened_at_us < ?"
    // Of SQLite only the places are sorted, which the index holds; the events are read in the order in which they are stored. Without
    // a limit it would take the order for a whim.
    return dialect.choose(
      sqlite: """
        SELECT \(columns) FROM (
          SELECT shard, stream_ms, stream_seq FROM events \(wanted) ORDER BY 1, 2, 3 LIMIT -1
        ) CROSS JOIN events USING (shard, stream_ms, stream_seq)
        """,
      postgresql: "SELECT \(columns) FROM events \(wanted) ORDER BY shard, stream_ms, stream_seq")
  }
}
