import BasicContainers
import HiredisClient

/// What is committed.
extension Scheduler {
  /// A batch with the number it is committed under.
  struct NumberedBatch: Sendable {
    let batch: CommitBatch
    let number: Int
  }

  /// Batches to commit now, one per shard at the most; a small one is left open for a moment for what is about to be handled.
  ///
  /// - Parameter isFull: whether the outbox of a shard holds so much that nothing is to be added.
  mutating func takeBatches(at now: ContinuousClock.Instant, unless isFull: (Int) -> Bool) -> [NumberedBatch] {
    var batches: [NumberedBatch] = []
    for index in queues.indices where !isFull(queues[index].shard.number) {
      // While the worker is stopping, there is no alarm.
      if stop == .no, let due = queues[index].commits.fills(until: now, hasWork: queues[index].hasWork) {
        if !isCommitDue { orders.alarms.append(.commit(due: due)) }
        isCommitDue = true
      } else if let (batch, number) = queues[index].commits.takeBatch() {
        batches.append(NumberedBatch(batch: batch, number: number))
      }
    }
    return batches
  }

  /// True if there may be something to commit now.
  var hasBatch: Bool {
    queues.indices.contains { queues[$0].commits.isWaiting && queues[$0].commits.committing == nil }
  }

  /// True if the worker is stopping, and nothing more will be settled.
  var isThrough: Bool { stop != .no && !isRunning && !hasWork }

  /// Takes in that a batch is in effect.
  ///
  /// - Parameter unparked: entries that were not parked because their key is free again.
  mutating func committed(_ batch: CommitBatch, unparked: Set<EntryID>) {
    guard let index = index(of: batch.shard) else { return }
    queues[index].committed(unparked: unparked, &orders)
    orders.hasProgressed = true
  }

  /// Takes in that the server applied nothing of a batch: the shard is taken anew, and what it did not do is done more carefully.
  mutating func refused(_ batch: CommitBatch, _ refusal: CommitRefusal, _ error: RedisError) {
    let loss: ShardLoss =
      switch refusal {
      case .fenced: .fenced
      case .rewound: .rewound
      case .shifted: .shifted
      case .surprised: .surprised(through: batch.lastEntry)
      // What the runtime notes for itself can't be done otherwise.
      case .refused where !batch.hasEffects: .stopped(error)
      case .refused(let reason): .refused(event: batch.onlyEvent, through: batch.lastEntry, reason: reason)
      }
    lose(batch.shard.number, epoch: batch.shard.epoch, because: loss)
  }

  // MARK: Before a handler reads

  /// What a field holds after what events before have done, if it was read ahead; nil if it is to be read.
  func foreseen(_ field: StateField, number: Int, epoch: Int) -> String?? {
    index(of: number, epoch: epoch).flatMap { queues[$0].foreseen.value(field) }
  }

  /// Has what writes to a hash or stream committed.
  ///
  /// - Returns: how many batches of the epoch must be in effect before it is read; nil if the shard is lost.
  mutating func commitWrites(to name: StateName, number: Int, epoch: Int) -> Int? {
    guard let index = index(of: number, epoch: epoch) else { return nil }
    guard queues[index].commits.hasUncommitted(name) else { return 0 }
    queues[index].commits.closeBatch()
    return queues[index].commits.closed
  }

  /// How many batches of an epoch are in effect; nil if the shard is lost.
  func committedBatches(number: Int, epoch: Int) -> Int? {
    index(of: number, epoch: epoch).map { queues[$0].commits.committedBatches }
  }

  /// How batches of a shard are made now; nil if it is lost.
  func style(number: Int, epoch: Int) -> CommitBatch.Style? {
    index(of: number, epoch: epoch).map { queues[$0].commits.style }
  }

  /// Takes in that handlers read the service's state.
  mutating func noteReading(number: Int, epoch: Int) {
    if let index = index(of: number, epoch: epoch) { queues[index].noteReading() }
  }
}
