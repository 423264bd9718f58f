/// Events that are neither in a shard's history nor in its log any more.
public struct HistoryGap: Error, Sendable, Hashable, CustomStringConvertible {
  /// The shard.
  public let shard: Int
  /// The last event of the history; `0-0` if it has none.
  public let after: EntryID
  /// The first place that the log still holds.
  public let before: EntryID
  /// How many they are.
  public let missing: Int

  /// The gap between a history and a log; nil if there is none, or none that can be told.
  ///
  /// - Parameters:
  ///   - shard: 0 ..< shard count
  ///   - log: what the log holds.
  ///   - historyEnd: the last event of the history; `0-0` if it has none.
  ///   - historyCount: how many it has.
  public init?(shard: Int, log: LogExtent, historyEnd: EntryID, historyCount: Int) {
    guard historyEnd < log.start, historyCount < log.removed else { return nil }
    self.shard = shard
    after = historyEnd
    before = log.start
    missing = log.removed - historyCount
  }

  /// What it says to people.
  public var description: String {
    "shard \(shard): \(missing) events are missing: the history ends at \(after), and the log was trimmed up to \(before)"
  }
}
