/// What is committed.
extension ShardQueue {
  /// Takes in that the batch on its way is in effect.
  ///
  /// - Parameter unparked: entries that were not parked because their key is free again.
  mutating func committed(unparked: Set<EntryID>, _ orders: inout Orders) {
    guard let batch = commits.committed() else { return }
    foreseen.committed(through: commits.committedBatches)
    if let written = batch.written { writtenSinceRead?.append(written) }
    noteCommit(of: batch.acknowledgedCount, position: batch.position)
    orders.committed += batch.load.events
    if batch.history?.isEnd == true, let start = phase.caughtUp() {
      commits.beginLog(at: start)
      orders.notes.append(.caughtUp(shard: shard.number))
    }
    if batch.sends { orders.outboxes.insert(shard.number) }
    for letter in batch.letters {
      known.setbacks.settled(letter.delivery.place)
      let isFree = unparked.contains(letter.delivery.entryID)
      if isFree { orders.committed -= 1 }
      if letter.isParked, parked(letter.delivery, isFree: isFree) { startNext(of: letter.delivery.key) }
    }
    if let (delivery, _) = batch.handledLetter {
      if case .letter? = held.first(of: delivery.key)?.source {} else { redriving.remove(delivery.key) }
      startNext(of: delivery.key)
    }
    for key in batch.redriveEnded {
      redriving.remove(key)
      redriveEnds[key] = known.commits
      // What was wanted once more meanwhile is said by who looks from now on.
      orders.looksAtLeases = true
    }
    // Letters that were to be read once nothing of their keys is on its way to be parked.
    if !batch.letters.isEmpty, awaitingLetters.contains(where: { parking[$0] == nil }) { orders.looksAtLeases = true }
  }

  private mutating func noteCommit(of count: Int, position: EntryID?) {
    known.commits = commits.commits
    if let position { known.committed = position }
    known.setbacks.committed(count, position: position)
    setStyle()
  }

  /// Takes in the answer for an event that was to be parked. If somebody has freed the key meanwhile, its events wait for those that are
  /// still on their way to be parked, so that all go on in the order of the log.
  ///
  /// - Returns: true if the key's events may go on.
  private mutating func parked(_ delivery: Delivery, isFree: Bool) -> Bool {
    let key = delivery.key
    if isFree {
      // What came later may wait for letters that nobody has any more.
      held.insert(delivery)
      commits.reopen(delivery.entryID)
    }
    parking[key, default: 1] -= 1
    guard parking[key] == 0 else { return false }
    parking[key] = nil
    guard isFree else { return false }
    blocked.remove(key)
    awaitingLetters.remove(key)
    redriving.remove(key)
    return true
  }

  // MARK: Redriving

  /// Has keys held, because their dead letters are to be handled again: what comes of them waits behind these.
  ///
  /// Nothing is lost if what follows fails: it says the same keys again until their letters are taken in.
  ///
  /// - Parameters:
  ///   - keys: all keys whose dead letters were to be handled again when somebody looked.
  ///   - commits: how many commits were known to be in effect before that.
  /// - Returns: those of the keys whose letters are to be read now; nil if none can be.
  mutating func beginRedrive(
    _ keys: [String], asOf commits: Int, at now: Moment, _ orders: inout Orders
  ) -> [String]? {
    guard phase.isLive else { return nil }
    redriveEnds = redriveEnds.filter { $0.value > commits }
    for key in awaitingLetters.subtracting(Set(names: keys)) {
      // Nobody wants it any more.
      awaitingLetters.remove(key)
      redriving.remove(key)
      block(key.text, at: now, &orders)
    }
    for key in keys where !redriving.contains(key) && !held.holds(key) && redriveEnds[key] == nil {
      redriving.insert(key)
      awaitingLetters.insert(key)
      blocked.remove(key)
      held.hold(key)
    }
    // Letters that are on their way to be parked would be missed.
    return awaitingLetters.filter { parking[$0] == nil }.map(\.text)
  }

  /// Takes in the dead letters of a key, oldest first.
  mutating func redrive(_ letters: [Delivery], key: String) {
    guard awaitingLetters.remove(key) else { return }
    held.prepend(letters.map { withoutRefused($0) }, of: key)
    // Letters are settled one by one, in commits of their own.
    startNext(of: key)
    if letters.isEmpty { redriving.remove(key) }
  }
}
