/// What is read of a shard.
extension ShardQueue {
  /// False if the shard is to be given back or the worker is to stop since the read began: what it brought stays pending for the next
  /// owner.
  mutating func takesIn() -> Bool {
    guard stop != .no || phase.isRetiring else { return true }
    phase.forgetPending()
    return false
  }

  /// What becomes of what a read gives out.
  enum Given { case taken, leftPending, tooLate }

  /// Notes what a read gives out.
  mutating func give(_ page: Page) -> Given {
    guard takesIn() else { return .leftPending }
    return commits.give(page) ? .taken : .tooLate
  }

  /// Takes in what a read gave out, not decoded.
  mutating func admit(_ page: Page) {
    noteRead(page.last, of: page.topic(page.count - 1))
    pages.append(page)
  }

  /// Of a history the server need not know.
  private mutating func noteRead(_ id: EntryID, of topic: Int) {
    if phase.backfill == nil { known.noteRead(id, of: shard.topics[topic]) }
  }

  /// Takes in a delivery that was read, after those before it in the log; false if it may not be taken in.
  mutating func admit(_ delivery: Delivery) -> Bool {
    guard takesIn() else { return false }
    noteRead(delivery.entryID, of: delivery.topic)
    let admitted = withoutRefused(delivery)
    foreseen.expect(admitted.reads)
    ready.append(admitted)
    return true
  }

  /// The delivery, to be moved to the dead letters if the server has refused what it does.
  func withoutRefused(_ delivery: Delivery) -> Delivery {
    known.setbacks.reason(toBury: delivery.place).map { delivery.condemned(because: $0) } ?? delivery
  }

  // MARK: Recovery

  /// Begins the next step of the recovery.
  mutating func recover() -> ShardPhase.Recovery {
    var recovery = phase.recovery ?? ShardPhase.Recovery()
    if recovery.known == nil { recovery.known = Set(held.deliveries.map(\.entryID)) }
    phase = .recovering(recovery)
    beginReadAhead()
    return recovery
  }

  /// Has entries recovered that somebody else read; false if all is being recovered anyway.
  mutating func recoverAgain() -> Bool {
    switch phase {
    case .live: phase = .recovering(ShardPhase.Recovery(onlyOthers: true))
    case .retiring(.live, let postponed):
      phase = .retiring(from: .recovering(ShardPhase.Recovery(onlyOthers: true)), postponed: postponed)
    default: return false
    }
    return true
  }

  /// Takes in the next of what was pending, in log order.
  ///
  /// - Parameters:
  ///   - lost: those that the log does not hold any more: they stay pending.
  ///   - after: where it was looked for.
  ///   - last: the last place that was looked at; nil if that was the end.
  mutating func admitRecovered(
    _ deliveries: [Delivery], lost: [EntryID], after: EntryID, last: EntryID?, _ orders: inout Orders
  ) {
    switch phase {
    case .recovering(let recovery):
      guard let next = admitRecovered(deliveries, lost: lost, after: after, last: last, of: recovery, &orders) else {
        return
      }
      phase = next
    case .retiring(.recovering(let recovery), let postponed):
      guard let next = admitRecovered(deliveries, lost: lost, after: after, last: last, of: recovery, &orders) else {
        return
      }
      phase = .retiring(from: next, postponed: postponed)
    default: return
    }
    guard last != nil else { return }
    let known = phase.recovery?.known ?? []
    for delivery in deliveries where !known.contains(delivery.entryID) {
      // Where it may not be, everything pending is looked for again.
      _ = admit(delivery)
    }
  }

  /// - Returns: the phase that follows; nil if nobody has asked for this.
  private mutating func admitRecovered(
    _ deliveries: [Delivery], lost: [EntryID], after: EntryID, last: EntryID?, of recovery: ShardPhase.Recovery,
    _ orders: inout Orders
  ) -> ShardPhase? {
    guard recovery.known != nil, recovery.after == after else { return nil }
    guard let last else {
      if recovery.found > 0 { orders.notes.append(.hasTakenOver(shard: shard.number, entries: recovery.found)) }
      // Dead letters may be wanted to be handled again, which had to wait for this.
      if !blocked.isEmpty { orders.looksAtLeases = true }
      return .live
    }
    if recovery.found == 0, let first = deliveries.first {
      orders.notes.append(.takesOver(shard: shard.number, from: first.entryID))
    }
    var recovery = recovery
    recovery.found += deliveries.count
    recovery.after = last
    commits.recover(deliveries.map(\.entryID) + lost, through: last)
    return .recovering(recovery)
  }
}
