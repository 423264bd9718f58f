/// What comes of a shard's history, before its log.
extension ShardQueue {
  /// What is to be read of the history next; nil if nothing is, or not yet.
  ///
  /// - Parameter room: how many events there is room for.
  mutating func nextHistory(room: Int) -> HistoryReading? {
    guard case .backfilling(var backfill) = phase else { return nil }
    if backfill.isThrough {
      // Its events are not pending in the log: they are settled before anything of that is read.
      if load.events == 0, !isBusy { commits.endHistory() }
      return nil
    }
    guard backfill.after != nil else {
      guard !isBusy else { return nil }
      backfill.begin(knowing: Set(held.deliveries.map(\.entryID)))
      phase = .backfilling(backfill)
      return HistoryReading(shard: shard, wanted: .place)
    }
    guard room > 0, backfill.limit == nil || !isBusy else { return nil }
    beginReadAhead()
    return backfill.next(of: shard, room: room)
  }

  /// Takes in what is not settled of the history.
  mutating func found(_ place: HistoryPlace, _ orders: inout Orders) {
    guard case .backfilling(var backfill) = phase, backfill.after == nil else { return }
    backfill.begin(at: place)
    phase = .backfilling(backfill)
    orders.notes.append(.readsHistory(shard: shard.number, after: place.position, until: backfill.end))
  }

  /// Notes what the history gives out; false if it may not be taken in, or nobody asks for it any more.
  ///
  /// - Parameters:
  ///   - last: the last place that was looked at.
  ///   - isLast: true if nothing follows.
  mutating func give(
    _ ids: some Sequence<EntryID>, of reading: HistoryReading, through last: EntryID, isLast: Bool
  ) -> Bool {
    guard takesIn(), case .backfilling(var backfill) = phase,
      backfill.give(reading, through: last, isLast: isLast)
    else { return false }
    phase = .backfilling(backfill)
    commits.recover(ids, through: last)
    return true
  }
}
