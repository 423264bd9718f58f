@testable import EventStreams
@testable import EventStreamsOperations

/// The history before the log, what is read of it, and what the server settles of it.
extension QueueWorld {
  /// As `HistoryReader` does it.
  mutating func tell() {
    guard let reading = asked else { return }
    asked = nil
    guard reading.shard.epoch == queue.shard.epoch else { return }
    switch reading.wanted {
    case .place:
      var place = HistoryPlace()
      (place.position, place.behind, place.isSuspicious) = (position, Array(behind), hasDied)
      queue.found(place, &orders)
    case .entries(let ids):
      admit(history.filter { ids.contains($0.entryID) }, of: reading, through: ids.last ?? .zero, isLast: false)
    case .next(let after, _, let count):
      let found = history.filter { $0.entryID > after }.prefix(count)
      admit(
        found.filter { !reading.known.contains($0.entryID) }, of: reading, through: found.last?.entryID ?? after,
        isLast: found.count < count)
    }
  }

  private mutating func admit(
    _ events: [Delivery], of reading: HistoryReading, through last: EntryID, isLast: Bool
  ) {
    guard queue.give(events.map(\.entryID), of: reading, through: last, isLast: isLast), !events.isEmpty else { return }
    if rules.isSerial, !reading.isCareful {
      let recorded = events.map {
        RecordedEvent(shard: 0, entryID: $0.entryID, header: nil, json: Array(repeating: 0, count: $0.bytes))
      }
      queue.admit(Page(ofHistory: recorded, shard: queue.shard))
    } else {
      for event in events { _ = queue.admit(inThisEpoch(event)) }
    }
  }

  /// What of a history is settled is as if it had been pending until now.
  mutating func settle(_ batch: CommitBatch, _ unparked: Set<EntryID>) throws {
    guard isInHistory, let history = batch.history else { throw Violation(description: "it is not in its history") }
    let settled = Set(batch.acknowledged.joined()).union(batch.letters.map(\.delivery.entryID)).subtracting(unparked)
    for id in settled {
      guard id > position || behind.remove(id) != nil else { throw Violation(description: "\(id) was settled before") }
    }
    if let place = batch.position, place > position {
      behind.formUnion(unparked.union(history.passed).filter { $0 > position })
      position = place
      guard behind.count == batch.open + unparked.count else {
        throw Violation(description: "\(behind) are behind \(place), and \(batch.open) are said to be")
      }
    }
    pending.formUnion(settled)
    if history.isEnd {
      guard behind.isEmpty else { throw Violation(description: "\(behind) are behind at the end of the history") }
      isInHistory = false
    }
  }

  /// Nothing of what has been given out is lost.
  func checkHistory(inFlight ids: Set<EntryID>) throws {
    guard let backfill = queue.phase.backfill, let after = backfill.after else { return }
    let known = ids.union(backfill.behind).union(applied.keys).union(discarded).union(letters.map(\.delivery.entryID))
    if let lost = history.first(where: { $0.entryID <= after && !known.contains($0.entryID) }) {
      throw Violation(description: "nobody knows of \(lost.entryID) of the history")
    }
  }
}
