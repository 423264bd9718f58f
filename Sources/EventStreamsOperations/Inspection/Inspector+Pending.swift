import EventStreams
import HiredisClient

extension Inspector {
  /// A part of the pending entries.
  public struct PendingPage: Sendable {
    /// Oldest first.
    public let entries: [PendingEntry]
    /// Where the next page goes on; nil if this is the last.
    public let next: PendingPlace?
  }

  /// Which pending entries are meant.
  public struct PendingFilter: Sendable, Hashable {
    /// Of this service; of all if nil.
    public var service: String?
    /// Only entries that were delivered at least so long ago.
    public var minIdle = Duration.zero
    /// Only what this worker has.
    public var consumer: String?
    /// Only events of this key.
    public var key: String?

    /// All of them.
    public init(service: String? = nil, minIdle: Duration = .zero) {
      self.service = service
      self.minIdle = minIdle
    }
  }

  /// Pending entries, oldest first.
  ///
  /// - Parameters:
  ///   - service: of this service; of all if nil.
  ///   - minIdle: only entries that were delivered at least so long ago.
  ///   - limit: at most so many.
  public func pending(
    service: String? = nil, minIdle: Duration = .zero, limit: Int
  ) async throws -> [PendingEntry] {
    let filter = PendingFilter(service: service, minIdle: minIdle)
    var entries: [PendingEntry] = []
    var next: PendingPlace?
    repeat {
      let page = try await pending(filter, after: next, limit: min(limit - entries.count, Self.pendingPageSize))
      entries += page.entries
      next = page.next
    } while next != nil && entries.count < limit
    return entries
  }

  /// What is read of a topic at a time.
  private static let pendingPageSize = 1000
  /// What one call looks at when it looks for a key.
  private static let pendingLookedAtAtMost = 20_000

  /// A page of the pending entries, oldest first.
  ///
  /// - Parameters:
  ///   - filter: which.
  ///   - place: only those after this one.
  ///   - limit: at most so many. There may be fewer though others follow.
  public func pending(
    _ filter: PendingFilter, after place: PendingPlace? = nil, limit: Int
  ) async throws -> PendingPage {
    let sources = try await status().filter { group in
      group.pending > 0 && filter.service.map { group.service.hasSameBytes(as: $0) } ?? true
    }.flatMap { group in
      group.delivered.keys.map { PendingSource(service: group.service, shard: group.shard, topic: $0.text) }
    }
    var entries: [PendingEntry] = []
    var place = place
    var looked = 0
    while true {
      let size = filter.key == nil ? limit + 1 : Self.pendingPageSize
      let rows = try await rows(sources, filter, after: place, limit: size)
      for (row, entry) in zip(rows, try await described(rows[...])) {
        if entries.count == limit || looked == Self.pendingLookedAtAtMost {
          return PendingPage(entries: entries, next: place)
        }
        looked += 1
        place = row.place
        if let key = filter.key, entry.header?.key.hasSameBytes(as: key) != true { continue }
        entries.append(entry)
      }
      if rows.count < size { return PendingPage(entries: entries, next: nil) }
    }
  }

  /// The first rows after a place, of all sources.
  private func rows(
    _ sources: [PendingSource], _ filter: PendingFilter, after place: PendingPlace?, limit: Int
  ) async throws -> [PendingRow] {
    guard !sources.isEmpty else { return [] }
    var commands = Commands()
    for source in sources {
      let log = namespace.log(source.shard, source.topic)
      commands.append(
        ["XPENDING", log, source.service, "IDLE", String(filter.minIdle.wholeMilliseconds), source.start(after: place)]
          + ["+", String(limit)] + (filter.consumer.map { [$0] } ?? []))
    }
    // The oldest of all are among the oldest of each.
    let pages = try Self.pages(of: await connection.send(commands), sources)
    return Array(pages.joined().sorted { $0.place < $1.place }.prefix(limit))
  }

  private struct PendingSource {
    let service: String
    let shard: Int
    let topic: String

    /// Where to begin so that nothing comes that is not after a place.
    func start(after place: PendingPlace?) -> String {
      guard let place else { return "-" }
      let isAfter = PendingPlace(entryID: place.entryID, shard: shard, service: service, topic: topic) > place
      return isAfter ? "\(place.entryID)" : "(\(place.entryID)"
    }
  }

  private struct PendingRow {
    let place: PendingPlace
    let consumer: String
    let idle: Int
    let deliveries: Int
  }

  private static func pages(of replies: borrowing Replies, _ sources: [PendingSource]) throws -> [[PendingRow]] {
    var pages: [[PendingRow]] = []
    for (index, source) in sources.enumerated() {
      // It was removed meanwhile, or its name is no text: no service is called so.
      if replies[index].error?.code == .noGroup {
        pages.append([])
        continue
      }
      try replies[index].check()
      var page: [PendingRow] = []
      for position in 0..<replies[index].count {
        let row = replies[index][position]
        page.append(
          PendingRow(
            place: PendingPlace(
              entryID: EntryID(utf8: row[0].bytes) ?? .zero, shard: source.shard, service: source.service,
              topic: source.topic),
            consumer: row[1].lossyText, idle: try row[2].integer(), deliveries: try row[3].integer()))
      }
      pages.append(page)
    }
    return pages
  }

  /// Adds what the log and the record of failures tell.
  private func described(_ rows: ArraySlice<PendingRow>) async throws -> [PendingEntry] {
    var entries: [PendingEntry] = []
    for start in stride(from: rows.startIndex, to: rows.endIndex, by: 1000) {
      let page = rows[start..<min(start + 1000, rows.endIndex)]
      var commands = Commands()
      for row in page {
        commands.append(
          "XRANGE", namespace.log(row.place.shard, row.place.topic), "\(row.place.entryID)", "\(row.place.entryID)")
        commands.append("HGET", namespace.retry(row.place.shard, row.place.service), "\(row.place.entryID)")
      }
      entries += try Self.entries(page, await connection.send(commands))
    }
    return entries
  }

  private static func entries(_ rows: ArraySlice<PendingRow>, _ replies: borrowing Replies) throws -> [PendingEntry] {
    var entries: [PendingEntry] = []
    for (index, row) in rows.enumerated() {
      entries.append(
        PendingEntry(
          service: row.place.service, shard: row.place.shard, topic: row.place.topic, entryID: row.place.entryID,
          header: header(of: replies[index * 2], row.place.entryID), consumer: row.consumer,
          idle: .milliseconds(row.idle),
          deliveries: row.deliveries, failures: failures(of: replies[index * 2 + 1])))
    }
    return entries
  }

  /// The envelope of the one entry of a range; nil if there is none that can be read.
  static func header(of range: borrowing ReplyNode, _ id: EntryID) -> EventHeader? {
    guard range.count > 0 else { return nil }
    do throws(JSONError) {
      return try EventHeader(ofEvent: range[0][1][1].bytes, fallbackID: id.description)
    } catch {
      // Whoever lists it sees that it has no type; its service has it in the dead letters, with the reason.
      return nil
    }
  }

  /// The record of failures; nil if there is none, or none that can be read: the entry is pending all the same.
  static func failures(of node: borrowing ReplyNode) -> Failures? {
    guard !node.isNil else { return nil }
    var parser = JSONParser()
    return try? Failures(from: parser.parse(node.bytes))
  }
}
