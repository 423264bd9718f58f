package import EventStreams

extension ArchiveReader {
  /// A page of one shard's rows.
  package struct Query: Sendable {
    var shard: Int
    /// Rows after this place.
    var after: EntryID
    /// Rows up to this place; nil for no limit.
    var through: EntryID?
    var filter = HistoryFilter()
    var limit: Int
    /// Whether to tell which rows are repetitions, or to leave those out.
    var repetitions = Repetitions.notTold

    enum Repetitions: Sendable {
      case notTold, told, leftOut
    }

    package init(shard: Int, after: EntryID, through: EntryID? = nil, limit: Int) {
      self.shard = shard
      self.after = after
      self.through = through
      self.limit = limit
    }
  }

  static func page(
    _ query: Query, _ database: any ArchiveDatabase, isChained: Bool = false, _ subject: ArchiveDomain.Subject? = nil
  ) throws -> [ArchivedEvent] {
    let (sql, values) = statement(query, isChained: isChained, subject, database.dialect)
    return try database.all(sql, values) { row in
      ArchivedEvent(
        shard: query.shard, entryID: entryID(row), json: try row.bytes(2) ?? [], link: row.integer(3).map { Int($0) },
        hash: try row.bytes(4).flatMap { ChainHash($0) }, isRepetition: row.integer(5) == 1)
    }
  }

  private static func marks(_ count: Int) -> String { repeatElement("?", count: count).joined(separator: ", ") }

  private static func statement(
    _ query: Query, isChained: Bool, _ subject: ArchiveDomain.Subject?, _ dialect: SQLDialect
  ) -> (sql: String, values: [SQLValue]) {
    let earlier = ArchiveTable.isRepetition
    var conditions = ["shard = ?", "(stream_ms, stream_seq) > (?, ?)"]
    var values: [SQLValue] = [.integer(Int64(query.shard))] + place(query.after)
    if let through = query.through {
      conditions.append("(stream_ms, stream_seq) <= (?, ?)")
      values += place(through)
    }
    let filter = query.filter
    if !filter.types.isEmpty {
      conditions.append("\(dialect.unindexed("type")) IN (\(marks(filter.types.count)))")
      values += filter.types.map { .text($0.rawValue) }
    }
    if !filter.subjects.isEmpty {
      // Those whose key is another's are left out by whoever reads them.
      let places = ArchiveTable.places(of: marks(filter.subjects.count), subject, dialect)
      conditions.append("(shard, stream_ms, stream_seq) IN (\(places))")
      for _ in 0..<(subject == nil ? 1 : 2) { values += filter.subjects.map { .text($0) } }
    }
    for (comparison, time) in [(">=", filter.happenedFrom), ("<", filter.happenedBefore)] {
      guard let time else { continue }
      conditions.append("\(dialect.unindexed("happened_at_us")) \(comparison) ?")
      values.append(.integer(time.microsecondsSinceEpoch))
    }
    if query.repetitions == .leftOut { conditions.append("NOT \(earlier)") }
    let sql = """
      SELECT stream_ms, stream_seq, event, \(isChained ? "link, hash" : "NULL, NULL"),
        \(query.repetitions == .told ? earlier : "FALSE")
      FROM events
      WHERE \(conditions.joined(separator: " AND ")) ORDER BY stream_ms, stream_seq LIMIT \(query.limit)
      """
    return (sql, values)
  }

  private static func place(_ id: EntryID) -> [SQLValue] {
    [.integer(Int64(clamping: id.milliseconds)), .integer(Int64(clamping: id.sequence))]
  }
}
