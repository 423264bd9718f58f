import CoreMetrics
import Redis

extension Pipeline {
  /// A batch with the number it is committed under.
  struct NumberedBatch: Sendable {
    let batch: CommitBatch
    let number: Int
  }

  /// Waits for batches to commit, one per shard at the most; nil when the worker is stopping and all is committed.
  func nextBatches() async -> [NumberedBatch]? {
    while true {
      // While the worker is stopping, there is no alarm.
      let now = isDraining ? nil : ContinuousClock.now
      let batches = shards.values.compactMap { state in
        outbox.isFull(state.shard.number)
          ? nil : state.takeBatch(at: now).map { NumberedBatch(batch: $0.batch, number: $0.number) }
      }
      if let now, !isCommitDue, shards.values.contains(where: { $0.isFilling(at: now) }) {
        isCommitDue = true
        alarmSchedule.yield(.commit(due: now + ShardState.fillingTime))
      }
      if !batches.isEmpty { return batches }
      if isDraining, running == 0, turns.isEmpty { return nil }
      await committer.wait()
    }
  }

  /// Has batches committed that have waited for more.
  func commitIsDue() {
    isCommitDue = false
    committer.wake()
  }

  /// Takes in that a batch is in effect.
  ///
  /// - Parameter unparked: entries that were not parked because their key is free again.
  func committed(_ batch: CommitBatch, unparked: Set<StreamID>) {
    guard let state = state(of: batch.shard) else { return }
    state.committed()
    if batch.sends { outbox.note(batch.shard.number) }
    var settled = batch.acknowledgedCount
    for letter in batch.letters {
      let isFree = unparked.contains(letter.delivery.streamID)
      if isFree { state.active -= 1 } else { settled += 1 }
      if letter.isParked, state.parked(letter.delivery, isFree: isFree) {
        startNext(of: letter.delivery.key, in: state)
      }
    }
    if let (delivery, _) = batch.handledLetter {
      settled += 1
      if case .letter? = state.held[delivery.key]?.first?.source {} else { state.redriving.remove(delivery.key) }
      startNext(of: delivery.key, in: state)
    }
    // Letters that were to be read once nothing of their keys is on its way to be parked.
    if state.awaitingLetters.contains(where: { state.parking[$0] == nil }), !batch.letters.isEmpty {
      newsForLeases.yield()
    }
    state.active -= settled
    load.leave(settled)
    metrics.committed.increment(by: settled)
    wakeAll()
  }

  /// Takes in that the server applied nothing of a batch: the shard is taken anew, and what it did not do is done more carefully.
  func refused(_ batch: CommitBatch, _ refusal: CommitRefusal, _ error: RedisError) {
    let loss: Loss =
      switch refusal {
      case .fenced: .fenced
      case .rewound: .rewound
      case .shifted: .shifted
      case .surprised: .surprised(through: batch.lastEntry)
      // What the runtime notes for itself can't be done otherwise.
      case .refused where !batch.hasEffects: .stopped(error)
      case .refused(let reason): .refused(event: batch.onlyEvent, through: batch.lastEntry, reason: reason)
      }
    lose(batch.shard.number, term: batch.shard.term, because: loss)
  }
}
