import DequeModule

/// What the pipeline keeps of one owned shard. Confined to the `Pipeline` actor.
final class ShardState {
  let shard: OwnedShard
  /// Of the service's state in this shard, with the colon.
  let prefix: String
  /// Deliveries that wait because an earlier one of their key is being handled or waits for its retry.
  var held: [Identifier: Deque<Delivery>] = [:]
  /// Keys that have dead letters: later events of them are parked.
  var blocked: Set<Identifier>
  /// How many events of a blocked key are on their way to the dead letters, to be parked there.
  private var parking: [Identifier: Int] = [:]
  /// Keys whose dead letters are being handled again.
  var redriving: Set<Identifier> = []
  /// What is settled now goes here.
  var batch: CommitBatch
  /// Batches to commit before that one.
  private var closedBatches: Deque<CommitBatch> = []
  /// True while a commit is on its way.
  var isCommitting = false
  /// The last entry, in the log's order, that was settled in this term.
  private var position: StreamID?
  /// The last entry that was read.
  var lastRead: StreamID?
  /// Commits made in this term.
  var commits = 0
  /// Deliveries admitted and neither settled in Redis nor waiting for a retry.
  var active = 0
  /// True when entries that earlier owners left pending have been dealt with, so that new ones may be read.
  var isRecovered = false
  /// True while that is being done, and counts when it is done.
  var isRecovering = false
  /// True when only other consumers' entries are to be recovered: this worker's own are on their way.
  var isRecoveringOthers = false
  /// True while the service handles the shard's history: nothing of its log is read.
  var isCatchingUp = false
  /// True when the shard is to be given back: nothing more of it is read or tried again.
  var isRetiring = false
  /// Keys of which something could have gone on since then.
  var postponed: Set<Identifier> = []

  init(shard: OwnedShard, prefix: String, blocked: Set<Identifier>) {
    self.shard = shard
    self.prefix = prefix
    self.blocked = blocked
    batch = CommitBatch(shard: shard)
  }

  private var hasBatch: Bool { !closedBatches.isEmpty || !batch.isEmpty }

  /// True while something of the shard is being handled or committed.
  var isBusy: Bool { active > 0 || isCommitting || hasBatch }

  /// Takes in that an entry was handled.
  func acknowledge(_ delivery: Delivery, _ effects: Effects) {
    batch.acknowledge(delivery, effects, prefix: prefix)
    if batch.acknowledged.count >= Self.entriesPerCommit { closeBatch() }
  }

  /// Takes in that this worker does not know any more what is pending for it: if it goes on with the shard, it looks.
  func forgetPending() {
    isRecovered = false
    isRecovering = false
    isRecoveringOthers = false
  }

  /// Takes in that an event is to be parked.
  func park(_ letter: CommitBatch.Letter) {
    parking[letter.delivery.key, default: 0] += 1
    batch.bury(letter)
  }

  /// Takes in the answer to that. If somebody has freed the key meanwhile, its events wait for those that are still on their
  /// way to be parked, so that all go on in the order of the log.
  ///
  /// - Returns: true if the key's events may go on.
  func parked(_ delivery: Delivery, isFree: Bool) -> Bool {
    let key = delivery.key
    if isFree { held[key, default: []].append(delivery) }
    parking[key, default: 1] -= 1
    guard parking[key] == 0 else { return false }
    parking[key] = nil
    guard isFree else { return false }
    blocked.remove(key)
    return true
  }

  /// What one commit may acknowledge, so that its arguments fit the stack of the server's Lua.
  static let entriesPerCommit = 1000

  /// Gives away what is settled and not closed, for whoever handles a whole page to add to.
  func lendBatch() -> CommitBatch {
    defer { batch = CommitBatch(shard: shard) }
    return batch
  }

  /// Takes back what was lent; anything else that has been settled meanwhile goes after it.
  func returnBatch(_ returned: CommitBatch) {
    let later = batch
    batch = returned
    if !later.isEmpty {
      closeBatch()
      batch = later
    }
    if batch.acknowledged.count >= Self.entriesPerCommit { closeBatch() }
  }

  /// Lets nothing more join what has been settled so far.
  func closeBatch() {
    guard !batch.isEmpty else { return }
    if let last = batch.acknowledged.max(), last > position ?? .zero { position = last }
    for letter in batch.letters { position = max(position ?? .zero, letter.delivery.streamID) }
    batch.position = position
    closedBatches.append(batch)
    batch = CommitBatch(shard: shard)
  }

  /// The batch to commit next; nil if nothing has been settled.
  func takeBatch() -> CommitBatch? {
    if closedBatches.isEmpty { closeBatch() }
    return closedBatches.popFirst()
  }
}
