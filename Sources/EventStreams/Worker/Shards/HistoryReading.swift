/// What the reader of histories does next.
struct HistoryReading: Sendable {
  enum Wanted: Sendable {
    /// Look up what is not settled.
    case place
    /// Read these events.
    case entries([EntryID])
    /// Read the events that follow on a place, so many at the most.
    case next(after: EntryID, before: EntryID, count: Int)
  }

  let shard: OwnedShard
  let wanted: Wanted
  /// Events that need not be read.
  var known: Set<EntryID> = []
  /// True if it must be noted what is given out: an earlier owner's process has died.
  var isCareful = false
}
