package import EventStreams
import Foundation
import GRDB

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
    _ query: Query, _ database: Database, isChained: Bool = false, _ subject: ArchiveDomain.Subject? = nil
  ) throws -> [ArchivedEvent] {
    let (sql, arguments) = statement(query, isChained: isChained, subject)
    let rows = try Row.fetchCursor(database.cachedStatement(sql: sql), arguments: arguments)
    var found: [ArchivedEvent] = []
    while let row = try rows.next() {
      let hash: [UInt8]? = try row.withUnsafeData(atIndex: 4) { $0.map { Array($0) } }
      found.append(
        ArchivedEvent(
          shard: query.shard, entryID: entryID(row),
          json: try row.withUnsafeData(atIndex: 2) { $0.map { Array($0) } ?? [] }, link: row[3],
          hash: hash.flatMap { ChainHash($0) }, isRepetition: row[5]))
    }
    return found
  }

  private static func marks(_ count: Int) -> String { repeatElement("?", count: count).joined(separator: ", ") }

  private static func statement(
    _ query: Query, isChained: Bool, _ subject: ArchiveDomain.Subject?
  ) -> (sql: String, arguments: StatementArguments) {
    let earlier = ArchiveTable.isRepetition
    var conditions = ["shard = ?", "(stream_ms, stream_seq) > (?, ?)"]
    var arguments: StatementArguments = [
      query.shard, Int64(clamping: query.after.milliseconds), Int64(clamping: query.after.sequence),
    ]
    if let through = query.through {
      conditions.append("(stream_ms, stream_seq) <= (?, ?)")
      arguments += [Int64(clamping: through.milliseconds), Int64(clamping: through.sequence)]
    }
    let filter = query.filter
    // The signs keep SQLite from sorting what an index on types finds.
    if !filter.types.isEmpty {
      conditions.append("+type IN (\(marks(filter.types.count)))")
      arguments += StatementArguments(filter.types.map(\.rawValue))
    }
    if !filter.subjects.isEmpty {
      // Those whose key is another's are left out by whoever reads them.
      conditions.append(
        "(shard, stream_ms, stream_seq) IN (\(ArchiveTable.places(of: marks(filter.subjects.count), subject)))"
      )
      for _ in 0..<(subject == nil ? 1 : 2) { arguments += StatementArguments(filter.subjects) }
    }
    for (comparison, time) in [(">=", filter.happenedFrom), ("<", filter.happenedBefore)] {
      guard let time else { continue }
      conditions.append("+happened_at_us \(comparison) ?")
      arguments += [time.microsecondsSinceEpoch]
    }
    if query.repetitions == .leftOut { conditions.append("NOT \(earlier)") }
    let sql = """
      SELECT stream_ms, stream_seq, event, \(isChained ? "link, hash" : "NULL, NULL"),
        \(query.repetitions == .told ? earlier : "0")
      FROM events
      WHERE \(conditions.joined(separator: " AND ")) ORDER BY stream_ms, stream_seq LIMIT \(query.limit)
      """
    return (sql, arguments)
  }
}
