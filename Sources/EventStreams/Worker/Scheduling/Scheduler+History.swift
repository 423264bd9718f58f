import BasicContainers

/// What is read of shards' histories.
extension Scheduler {
  /// What is to be read of some history now; nil if nothing, or there is no room for it.
  ///
  /// - Parameter last: the shard of the one before: shards take turns.
  mutating func nextHistory(after last: Int?, at now: ContinuousClock.Instant) -> HistoryReading? {
    guard stop == .no else { return nil }
    let room = roomForHistory(at: now)
    let first = queues.indices.first { queues[$0].shard.number > last ?? -1 } ?? 0
    for step in queues.indices {
      if let reading = queues[(first + step) % queues.count].nextHistory(room: room) { return reading }
    }
    return nil
  }

  /// How many events of a history may be read: as many as one commit may settle, while as many again are handled and committed.
  private func roomForHistory(at now: ContinuousClock.Instant) -> Int {
    let load = load
    let free = roomToRead(beside: load, at: now)
    let fitting = entrySize.fitting(into: rules.windowBytes, beside: load)
    if load.events > 0 {
      guard free >= min(CommitQueue.entriesPerCommit, max(1, rules.window / 4)) else { return 0 }
      guard load.bytes <= rules.windowBytes / 4 * 3 else { return 0 }
    }
    return min(free, fitting, breaker.isOpen ? 1 : CommitQueue.entriesPerCommit)
  }

  /// Takes in what is not settled of a history.
  mutating func found(_ place: HistoryPlace, of shard: OwnedShard) {
    if let index = index(of: shard) { queues[index].found(place, &orders) }
  }

  /// Takes in what was read of a history.
  ///
  /// - Parameters:
  ///   - last: the last place that was looked at.
  ///   - isLast: true if nothing follows.
  mutating func admit(_ page: Page?, of reading: HistoryReading, through last: EntryID, isLast: Bool) {
    guard let index = index(of: reading.shard) else { return }
    let ids = (0..<(page?.count ?? 0)).lazy.compactMap { page?.id($0) }
    guard queues[index].give(ids, of: reading, through: last, isLast: isLast), let page else { return }
    entrySize.note(page.load)
    queues[index].admit(page)
  }

  /// The same, decoded.
  ///
  /// - Parameter found: what was read ahead for them.
  mutating func admit(
    _ deliveries: [Delivery], _ found: [ReadAhead.Found], of reading: HistoryReading, through last: EntryID,
    isLast: Bool
  ) {
    guard let index = index(of: reading.shard),
      queues[index].give(deliveries.map(\.entryID), of: reading, through: last, isLast: isLast)
    else { return }
    admit(deliveries, found)
  }
}
