public import EventStreams

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
