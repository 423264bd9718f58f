public import EventStreams
public import EventStreamsOperations

/// A service that begins later handles what the archive holds before the log.
extension ArchiveReader: EventHistory {
  /// Events of a shard after a place; one that was published again after its id was forgotten only where it stands first.
  public func events(shard: Int, after place: EntryID, limit: Int) async throws -> [RecordedEvent] {
    var query = Query(shard: shard, after: place, limit: limit)
    query.repetitions = .leftOut
    return try await rows(query).map {
      let header = ShardHistory.header(of: $0.json, $0.entryID)
      return RecordedEvent(shard: shard, entryID: $0.entryID, header: header, json: $0.json)
    }
  }

  /// How far a shard's rows go.
  public func extent(shard: Int) async throws -> HistoryExtent? {
    guard let last = try await lastID(shard: shard) else { return nil }
    return HistoryExtent(last: last, count: try await count(shard: shard))
  }
}

extension ArchiveReader {
  /// The events about something that the archive holds, whatever keys they have, and how far it goes, at one moment.
  ///
  /// - Parameters:
  ///   - subject: what they are about.
  ///   - shards: which are looked at.
  public func trace(_ subject: String, shards: Range<Int>) async throws -> ArchivedTrace {
    var filter = HistoryFilter()
    filter.subjects = [subject]
    let (known, domain) = (self.subject, domain)
    return try await database.read { [filter] database in
      var events: [RecordedEvent] = []
      var ends: [Int: EntryID] = [:]
      for shard in shards {
        ends[shard] = try Self.end(of: shard, "DESC", database)
        var query = Query(shard: shard, after: .zero, limit: Self.tracedAtMost)
        query.filter = filter
        for row in try Self.page(query, database, known) {
          let header = ShardHistory.header(of: row.json, row.entryID)
          guard filter.wants(header, row.json, domain) else { continue }
          events.append(RecordedEvent(shard: shard, entryID: row.entryID, header: header, json: row.json))
        }
      }
      return ArchivedTrace(events: events, ends: ends)
    }
  }

  /// More than one thing has of events, which may be those of another whose key it is.
  private static let tracedAtMost = 10_000
}
