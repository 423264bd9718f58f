/// What a namespace's logs held before they were trimmed, for services that begin long after: an archive.
public protocol EventHistory: Sendable {
  /// Events of a shard after a place, in the order of the log, each once.
  ///
  /// - Parameters:
  ///   - shard: 0 ..< shard count
  ///   - place: the last event that is not wanted; `0-0` to begin with the first.
  ///   - limit: at most so many.
  /// - Returns: fewer than `limit` only at the end.
  func events(shard: Int, after place: EntryID, limit: Int) async throws -> [RecordedEvent]

  /// How far a shard's history goes; nil if it is empty.
  func extent(shard: Int) async throws -> HistoryExtent?
}

/// How far a shard's history goes.
public struct HistoryExtent: Sendable, Hashable {
  /// The last event it holds.
  public let last: EntryID
  /// How many events it holds, those that it gives out only once included.
  public let count: Int

  /// The extent of a history.
  public init(last: EntryID, count: Int) {
    self.last = last
    self.count = count
  }
}
