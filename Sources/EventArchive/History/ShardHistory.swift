public import EventStreams
public import EventStreamsOperations

/// One shard's history in the order of its log, from the archive and the log together, page by page.
///
/// May be read while services work and logs are trimmed: nothing that was recorded before it began is left out. Of what is recorded
/// later, some may come with it.
public struct ShardHistory {
  /// A place that the log or the archive knows, or both.
  public struct Item: Sendable {
    /// The place.
    public let id: EntryID
    /// The topic that it stands in, or would.
    public let topic: String
    /// The event as the log holds it; nil if it does not, or was not asked.
    public let logged: [UInt8]?
    /// The event as the archive holds it; nil if it does not.
    public let archived: ArchivedEvent?
    /// The event's envelope; nil if what was recorded is no event.
    public let header: EventHeader?
    /// True for an event that stands at an earlier place as well: it was published again after its id was forgotten. Its first
    /// place counts.
    public let isRepetition: Bool

    /// The event's JSON.
    public var json: [UInt8] { logged ?? archived?.json ?? [] }

    /// What was recorded there.
    public func event(in shard: Int) -> RecordedEvent {
      RecordedEvent(shard: shard, entryID: id, header: header, json: json)
    }
  }

  /// How much of the log is read.
  public enum Scope: Sendable {
    /// All that log and archive hold, to compare them. An event that stands in the log twice is no repetition then: somebody
    /// has handled it twice.
    case everything
    /// Of the log only what the archive may not have yet: from the first place on that the archive's group still needs.
    case eachEventOnce
  }

  /// The shard.
  public let shard: Int
  /// Not nil after the first item was asked for, if the log was trimmed beyond what the archive holds.
  public private(set) var gap: HistoryGap?

  private let domain: ArchiveDomain
  private let inspector: Inspector?
  private let archive: ArchiveReader?
  private let filter: HistoryFilter
  private let scope: Scope
  private let pageSize: Int

  private var hasBegun = false
  private var log: ArraySlice<Inspector.LogEntry> = []
  private var logPlace = EntryID.zero
  private var logHasEnded = false
  private var rows: ArraySlice<ArchivedEvent> = []
  private var rowsPlace = EntryID.zero
  private var rowsHaveEnded = false
  /// Up to here the rows belong to the page of the log that was read last. The log is read first: what is trimmed from it
  /// afterwards does not matter, and what was trimmed before is in the archive.
  private var rowsThrough = EntryID.zero
  /// The archive's last place when the history was begun.
  private var archiveEnd: EntryID?

  /// The history of a shard.
  ///
  /// - Parameters:
  ///   - domain: what its events are.
  ///   - shard: its number.
  ///   - inspector: reads the log; nil to leave it out.
  ///   - archive: nil to leave it out.
  ///   - filter: what is wanted of it.
  ///   - scope: how much of the log is read.
  ///   - pageSize: what is kept in memory of each.
  public init(
    of domain: ArchiveDomain, shard: Int, inspector: Inspector?, archive: ArchiveReader?,
    filter: HistoryFilter = HistoryFilter(),
    scope: Scope = .eachEventOnce, pageSize: Int = 1000
  ) {
    self.domain = domain
    self.shard = shard
    self.inspector = inspector
    self.archive = archive
    self.filter = filter
    self.scope = scope
    self.pageSize = pageSize
  }

  /// The next event; nil at the end. Leaves out repetitions; what is no event has no header.
  public mutating func nextEvent() async throws -> RecordedEvent? {
    while let item = try await next() {
      if item.isRepetition { continue }
      return item.event(in: shard)
    }
    return nil
  }

  /// The next place; nil at the end.
  public mutating func next() async throws -> Item? {
    if !hasBegun { try await begin() }
    while true {
      if rows.isEmpty, !rowsHaveEnded { try await readRows() }
      if let (logged, row) = takeNext() {
        if let item = try await item(logged, row) { return item }
      } else {
        guard try await readLog() else { return nil }
      }
    }
  }

  // MARK: Pages

  private mutating func begin() async throws {
    hasBegun = true
    // In this order: what was trimmed or stored by then is in the archive.
    let extent = try await inspector?.extent(shard: shard)
    let needed = try await inspector?.neededFrom(group: domain.service, shard: shard) ?? .zero
    archiveEnd = try await archive?.lastID(shard: shard)
    rowsPlace = filter.after
    logPlace = filter.after
    logHasEnded = inspector == nil
    rowsHaveEnded = archiveEnd == nil
    if let extent, extent.start > filter.after {
      gap = HistoryGap(
        shard: shard, log: extent, historyEnd: archiveEnd ?? .zero,
        historyCount: try await archive?.count(shard: shard) ?? 0)
    }
    guard let archiveEnd else { return }
    if inspector == nil {
      rowsThrough = archiveEnd
    } else if scope == .everything {
      rowsHaveEnded = true
    } else {
      // A copy of the archive may end before what the group has stored.
      let start = min(needed, archiveEnd.next)
      rowsThrough = start.previous
      logPlace = max(filter.after, start.previous)
    }
  }

  private mutating func readRows() async throws {
    guard let archive, rowsPlace < rowsThrough else {
      rowsHaveEnded = true
      return
    }
    var query = ArchiveReader.Query(
      shard: shard, after: rowsPlace, through: min(rowsThrough, filter.through ?? rowsThrough), limit: pageSize)
    query.filter = filter
    query.repetitions = .told
    let page = try await archive.rows(query)
    rows = page[...]
    rowsHaveEnded = page.count < pageSize
    rowsPlace = rowsHaveEnded ? rowsThrough : page.last?.entryID ?? rowsThrough
  }

  /// Reads the next page of the log; false if there is none, and no more rows either.
  private mutating func readLog() async throws -> Bool {
    guard !logHasEnded, let inspector else { return false }
    let page = try await inspector.entries(shard: shard, after: logPlace, limit: pageSize)
    logHasEnded = page.count < pageSize
    if let last = page.last?.id {
      logPlace = last
      if let through = filter.through, last > through { logHasEnded = true }
    }
    log = page.filter { $0.id <= filter.through ?? $0.id }[...]
    rowsThrough = logHasEnded ? max(logPlace, archiveEnd ?? .zero) : logPlace
    rowsHaveEnded = archiveEnd == nil
    return true
  }

  private mutating func takeNext() -> (logged: Inspector.LogEntry?, row: ArchivedEvent?)? {
    guard let logged = log.first else { return rows.popFirst().map { (nil, $0) } }
    guard let row = rows.first, row.entryID <= logged.id else {
      log.removeFirst()
      return (logged, nil)
    }
    rows.removeFirst()
    if row.entryID == logged.id { log.removeFirst() }
    return (row.entryID == logged.id ? logged : nil, row)
  }

  // MARK: Items

  /// One place as an item; nil if it is not wanted.
  private func item(_ entry: Inspector.LogEntry?, _ row: ArchivedEvent?) async throws -> Item? {
    guard let json = entry?.json ?? row?.json, let id = entry?.id ?? row?.entryID else { return nil }
    let header = Self.header(of: json, id)
    guard filter.wants(header, json, domain) else { return nil }
    return Item(
      id: id, topic: entry?.topic ?? domain.catalog.topic(of: header?.type ?? ""), logged: entry?.json,
      archived: row, header: header,
      isRepetition: try await isRepetition(entry, row, header))
  }

  static func header(of json: [UInt8], _ id: EntryID) -> EventHeader? {
    do throws(JSONError) {
      return try EventHeader(ofEvent: json.span, fallbackID: id.description)
    } catch {
      // No event: the services that read events have it in their dead letters.
      return nil
    }
  }

  private func isRepetition(
    _ entry: Inspector.LogEntry?, _ row: ArchivedEvent?, _ header: EventHeader?
  ) async throws -> Bool {
    guard let archive, let header, let id = entry?.id ?? row?.entryID else { return false }
    if let row, !row.isRepetition { return false }
    // Not archived yet, or to be compared with the log: look for its first place.
    guard row == nil ? archiveEnd != nil : scope == .everything && entry != nil else {
      return row?.isRepetition ?? false
    }
    guard let first = try await archive.place(of: header, shard: shard), first < id else { return false }
    guard scope == .everything, let inspector else { return true }
    return try await inspector.entries(shard: shard, after: first.previous, limit: 1).first?.id != first
  }
}
