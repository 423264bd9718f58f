/// How far the history of a shard has been given out, which comes before its log.
struct Backfill: Sendable {
  /// The first place of the log: the history is wanted up to there.
  let end: EntryID
  /// The last place that was given out; nil if what is not settled must be looked up first.
  private(set) var after: EntryID?
  /// Entries before that which are not settled, and are to be given out first.
  private(set) var behind: ArraySlice<EntryID> = []
  /// Entries that waited for another attempt when that was looked up: they are here.
  private(set) var known: Set<EntryID> = []
  /// How many events may be given out when none is being handled; nil for as many as there is room for.
  private(set) var limit: Int?
  /// True when all of it has been given out.
  private(set) var isThrough = false

  /// - Parameter end: the first place of the log.
  init(until end: EntryID) { self.end = end }

  /// Has what is not settled looked up.
  mutating func restart() { self = Backfill(until: end) }

  /// Takes in that it is about to be looked up.
  ///
  /// - Parameter known: what waits for another attempt.
  mutating func begin(knowing known: Set<EntryID>) { self.known = known }

  /// Takes in what is not settled. If a process has died, events are given out one at first, and then twice as many each time, so that one that
  /// ends its process is found.
  mutating func begin(at place: HistoryPlace) {
    after = place.position
    behind = place.behind.filter { !known.contains($0) }.sorted()[...]
    limit = place.isSuspicious ? 1 : nil
  }

  /// What is to be read next; nil if nothing is left.
  ///
  /// - Parameter room: how many events there is room for.
  func next(of shard: OwnedShard, room: Int) -> HistoryReading? {
    guard let after, !isThrough else { return nil }
    let count = min(room, limit ?? .max)
    let wanted: HistoryReading.Wanted =
      behind.isEmpty ? .next(after: after, before: end, count: count) : .entries(Array(behind.prefix(count)))
    return HistoryReading(shard: shard, wanted: wanted, known: known, isCareful: limit != nil)
  }

  /// Takes in that this is given out.
  ///
  /// - Parameters:
  ///   - last: the last place that was looked at.
  ///   - isLast: true if nothing follows.
  /// - Returns: false if it was not asked for.
  mutating func give(_ reading: HistoryReading, through last: EntryID, isLast: Bool) -> Bool {
    switch reading.wanted {
    case .place: return false
    case .entries(let ids):
      guard after != nil, behind.starts(with: ids) else { return false }
      behind = behind.dropFirst(ids.count)
    case .next(let place, _, _):
      guard after == place else { return false }
      after = last
      isThrough = isLast
    }
    limit = limit.flatMap { $0 < CommitQueue.entriesPerCommit ? $0 * 2 : nil }
    return true
  }
}
