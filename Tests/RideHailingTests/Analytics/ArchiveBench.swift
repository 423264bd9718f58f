import EventArchive
import EventStreams
import RideHailing

/// An archive of its own, with events that a test puts into it.
struct ArchiveBench: Sendable {
  let path: String
  let archive: Archive

  static func run(_ keeper: ArchiveKeeper, _ body: (ArchiveBench) async throws -> Void) async throws {
    try await keeper.run { try await body(ArchiveBench(path: $0, archive: try Archive(path: $0, of: .rides))) }
  }

  /// Stores events as analytics does, after what was stored so far.
  func store(_ events: [EncodedEvent], after sequence: Int = 0) async throws {
    try await archive.store(
      events.enumerated().map { index, event in
        Self.recorded(event.json, EntryID(milliseconds: 1, sequence: UInt64(sequence + index)))
      })
  }

  /// Stores one event that is given as text.
  func store(_ json: String, at sequence: Int) async throws {
    try await archive.store([Self.recorded(Array(json.utf8), EntryID(milliseconds: 2, sequence: UInt64(sequence)))])
  }

  private static func recorded(_ json: [UInt8], _ id: EntryID) -> RecordedEvent {
    // What is no event is archived all the same.
    let header = try? EventHeader(ofEvent: json.span, fallbackID: id.description)
    return RecordedEvent(shard: 0, entryID: id, header: header, json: json)
  }

  var reports: ArchiveReports { get throws { try ArchiveReports(path: path) } }

  /// All rows of a query.
  func query(_ sql: String) async throws -> [[QueryValue]] {
    let rows = Rows()
    try await ArchiveQuery(path: path, of: .rides).run(
      sql, onColumns: { rows.columns = $0 }, onRow: { rows.all.append($0) })
    return rows.all
  }

  /// The names of a query's columns.
  func columns(_ sql: String) async throws -> [String] {
    let rows = Rows()
    try await ArchiveQuery(path: path, of: .rides).run(
      sql, onColumns: { rows.columns = $0 }, onRow: { rows.all.append($0) })
    return rows.columns
  }

  /// Only the query that is running writes to it, and it has ended when the test reads.
  private final class Rows: @unchecked Sendable {
    var columns: [String] = []
    var all: [[QueryValue]] = []
  }
}
