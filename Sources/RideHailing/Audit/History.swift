import EventStreams

/// One shard's log and archive side by side, in order, page by page.
struct History {
  /// A place that at least one of them knows.
  struct Item {
    let id: StreamID
    /// The event as the log holds it; nil if it does not.
    let logged: [UInt8]?
    /// The event as the archive holds it; nil if it does not.
    let archived: [UInt8]?
  }

  private let inspector: Inspector
  private let archive: ArchiveReader?
  private let shard: Int
  private var log: ArraySlice<(id: StreamID, json: [UInt8])> = []
  private var rows: ArraySlice<(id: StreamID, json: [UInt8])> = []
  private var logEnd: StreamID? = .zero
  private var rowsEnd: StreamID?

  private static let pageSize = 2000

  init(inspector: Inspector, archive: ArchiveReader?, shard: Int) {
    self.inspector = inspector
    self.archive = archive
    self.shard = shard
    rowsEnd = archive == nil ? nil : .zero
  }

  mutating func next() async throws -> Item? {
    // The archive first: what it holds has been in the log before.
    if rows.isEmpty, let end = rowsEnd, let archive {
      rows = try await archive.rows(shard: shard, after: end, limit: Self.pageSize)[...]
      rowsEnd = rows.count == Self.pageSize ? rows.last?.id : nil
    }
    if log.isEmpty, let end = logEnd {
      log = try await inspector.entries(shard: shard, after: end, limit: Self.pageSize).map { ($0.id, $0.json) }[...]
      logEnd = log.count == Self.pageSize ? log.last?.id : nil
    }
    guard let logged = log.first else {
      return rows.popFirst().map { Item(id: $0.id, logged: nil, archived: $0.json) }
    }
    guard let row = rows.first, row.id <= logged.id else {
      log.removeFirst()
      return Item(id: logged.id, logged: logged.json, archived: nil)
    }
    rows.removeFirst()
    guard row.id == logged.id else { return Item(id: row.id, logged: nil, archived: row.json) }
    log.removeFirst()
    return Item(id: row.id, logged: logged.json, archived: row.json)
  }
}
