import DequeModule

/// What the pipeline keeps of one owned shard. Confined to the `Pipeline` actor.
final class ShardState {
  let shard: OwnedShard
  /// Of the service's state in this shard, with the colon.
  let prefix: String
  private let routes: ShardRoutes?
  /// What this process knows of the shard, from earlier terms as well.
  var known: ShardKnowledge

  // MARK: What is to be handled

  /// Deliveries whose key is held for them; they go first.
  var resumed: Deque<Delivery> = []
  var ready: Deque<Delivery> = []
  /// What was read after that and is not decoded yet.
  var pages: Deque<Page> = []
  /// True while it is the shard's turn some time.
  var isInTurn = false
  /// What is being handled by a runner that handles one event after the other.
  var run: Work?
  /// The page of history that is being handled.
  var history: HistoryRun?

  // MARK: What waits

  /// Deliveries that wait because an earlier one of their key is being handled or waits for its retry.
  var held: [Identifier: Deque<Delivery>] = [:]
  /// Keys of which something is left alone because an operator wants it so.
  private var paused: Set<Identifier> = []
  /// Keys that have dead letters: later events of them are parked.
  var blocked: Set<Identifier>
  /// How many events of a blocked key are on their way to the dead letters, to be parked there.
  private(set) var parking: [Identifier: Int] = [:]
  /// Keys whose dead letters are being handled again: held for them until they are all handled.
  var redriving: Set<Identifier> = []
  /// Of these, keys whose letters have not been read yet.
  var awaitingLetters: Set<Identifier> = []

  // MARK: What is to be committed

  /// What is settled now goes here.
  var batch: CommitBatch
  /// Since when something waits in it; nil if nothing does.
  private var filledSince: ContinuousClock.Instant?
  /// Batches to commit before that one.
  private var closedBatches: Deque<CommitBatch> = []
  /// The one that is on its way.
  private(set) var committing: CommitBatch?
  /// The last entry, in the log's order, that was settled in this term.
  private var position: StreamID?
  /// Commits made in this term.
  private(set) var commits = 0
  /// Batches that were closed in this term.
  private(set) var closed = 0
  /// Deliveries admitted and neither settled in Redis nor waiting for a retry.
  var active = 0

  // MARK: What handlers read

  /// What is known of fields that events in flight are going to read.
  private(set) var foreseen = ForeseenFields()
  /// What came into effect since the read on its way began; nil if none is.
  private var writtenSinceRead: [WrittenState]?

  // MARK: What is read

  /// The last entry that was given out: up to here nothing is missing, as far as the seams show.
  private(set) var delivered: StreamID
  /// By topic: where a read followed another, and no commit has found yet that it passed over nothing.
  private var seams: [TopicSeams]
  /// What was given out and is not settled.
  private var open = OpenEntries()
  /// True when entries that earlier owners left pending have been dealt with, so that new ones may be read.
  var isRecovered = false
  /// Where recovery goes on; nil if it has not begun.
  var recovery: Recovery?
  /// True when only other consumers' entries are to be recovered: this worker's own are on their way.
  var isRecoveringOthers = false
  /// True while the service handles the shard's history: nothing of its log is read.
  var isCatchingUp = false
  /// True when the shard is to be given back: nothing more of it is read or tried again.
  var isRetiring = false
  /// Keys of which something could have gone on since then.
  var postponed: Set<Identifier> = []

  /// How far a recovery has come.
  struct Recovery {
    var after = StreamID.zero
    var found = 0
    /// Entries that waited for another attempt when it began: pending, and known.
    let known: Set<StreamID>
  }

  /// - Parameter delivered: the place up to which everything is pending or settled.
  init(
    shard: OwnedShard, prefix: String, routes: ShardRoutes? = nil, blocked: Set<Identifier>, known: ShardKnowledge,
    delivered: StreamID = .zero
  ) {
    self.delivered = delivered
    seams = Array(repeating: TopicSeams(from: delivered), count: shard.topics.count)
    self.shard = shard
    self.prefix = prefix
    self.routes = routes
    self.blocked = blocked
    self.known = known
    batch = CommitBatch(shard: shard)
    batch = newBatch()
  }

  /// An empty batch.
  func newBatch() -> CommitBatch {
    CommitBatch(
      shard: shard, routes: routes, speculates: known.setbacks.speculation.isOn, notesWrites: known.isRead)
  }

  private var hasBatch: Bool { !closedBatches.isEmpty || !batch.isEmpty }

  /// True while something of the shard is being handled or committed.
  var isBusy: Bool { active > 0 || committing != nil || hasBatch }

  var hasWork: Bool { !ready.isEmpty || !resumed.isEmpty || !pages.isEmpty }

  /// How many events wait behind others, or for a retry.
  var waiting: Int { held.values.reduce(0) { $0 + $1.count } }

  /// Takes in that an event was handled.
  func acknowledge(_ delivery: Delivery, _ effects: Effects) {
    settle(delivery) {
      $0.acknowledge(delivery, effects, prefix: prefix)
      foreseen.apply(effects, batch: closed + 1)
    }
    if batch.acknowledgedCount >= Self.entriesPerCommit { closeBatch() }
  }

  /// Has what becomes of an event join the batch; alone, where the server has refused one that held it, and for a dead letter.
  ///
  /// - Parameter isCounted: true for one that stays pending, with one more attempt.
  func settle(_ delivery: Delivery, isCounted: Bool = false, _ join: (inout CommitBatch) -> Void) {
    var isAlone = known.setbacks.singlyThrough.map { delivery.streamID <= $0 } ?? false
    if case .letter = delivery.source { isAlone = true }
    if isAlone { closeBatch() }
    join(&batch)
    if case .log = delivery.source, !isCounted { open.settle(delivery.streamID) }
    filledSince = filledSince ?? .now
    foreseen.release(delivery.reads)
    if isAlone { closeBatch() }
  }

  /// Takes in what a read gives out; false if it comes before what was given out before: somebody has moved a group.
  func give(_ page: Page) -> Bool {
    guard page.first > delivered else { return false }
    delivered = page.last
    for run in page.runs { seams[run.topic].add(first: run.first, through: run.last) }
    for index in 0..<page.count { open.add(page.id(index)) }
    return true
  }

  /// Takes in that pending entries are given out again, between which and the position there is nothing else.
  func recover(_ ids: some Sequence<StreamID>, through last: StreamID) {
    for id in ids { open.add(id) }
    delivered = max(delivered, last)
    for topic in seams.indices { seams[topic].passed(last) }
  }

  /// Takes in that this worker does not know any more what is pending for it: if it goes on with the shard, it looks.
  func forgetPending() {
    isRecovered = false
    recovery = nil
    isRecoveringOthers = false
  }

  // MARK: Pausing

  /// Takes in that something of a key is left alone.
  func notePaused(_ key: String) { paused.insert(key) }

  /// Gives out the keys of which something was left alone.
  func takePaused() -> Set<Identifier> {
    defer { paused = [] }
    return paused
  }

  // MARK: Parking

  /// Takes in that an event is to be parked.
  func park(_ letter: CommitBatch.Letter) {
    parking[letter.delivery.key, default: 0] += 1
    settle(letter.delivery) { $0.bury(letter) }
  }

  /// Takes in the answer to that. If somebody has freed the key meanwhile, its events wait for those that are still on their
  /// way to be parked, so that all go on in the order of the log.
  ///
  /// - Returns: true if the key's events may go on.
  func parked(_ delivery: Delivery, isFree: Bool) -> Bool {
    let key = delivery.key
    if isFree {
      held[key, default: []].append(delivery)
      open.reopen(delivery.streamID)
    }
    parking[key, default: 1] -= 1
    guard parking[key] == 0 else { return false }
    parking[key] = nil
    guard isFree else { return false }
    blocked.remove(key)
    return true
  }

  // MARK: Committing

  /// What one commit may acknowledge, so that its arguments fit the stack of the server's Lua.
  static let entriesPerCommit = 1000

  /// Gives away what is settled and not closed, for whoever handles a whole page to add to.
  func lendBatch() -> CommitBatch {
    defer { batch = newBatch() }
    return batch
  }

  /// Takes back what was lent; anything else that has been settled meanwhile goes after it.
  ///
  /// - Parameter page: what was settled with it.
  func returnBatch(_ returned: CommitBatch, settling page: Page) {
    for index in 0..<page.count { open.settle(page.id(index)) }
    let later = batch
    batch = returned
    filledSince = filledSince ?? .now
    if !later.isEmpty {
      closeBatch()
      batch = later
    }
    if batch.acknowledgedCount >= Self.entriesPerCommit { closeBatch() }
  }

  /// Lets nothing more join what has been settled so far.
  func closeBatch() {
    guard !batch.isEmpty else { return }
    if let last = batch.lastSettled { position = max(position ?? .zero, last) }
    batch.position = position
    if let position {
      batch.open = open.pass(to: position)
      for topic in seams.indices {
        for seam in seams[topic].take(through: position) {
          batch.seams.append(CommitBatch.Seam(topic: topic, after: seam.after, before: seam.before))
        }
      }
    }
    closedBatches.append(batch)
    closed += 1
    batch = newBatch()
    filledSince = nil
  }

  /// How long a small batch waits for more, while there is more to handle.
  static let fillingTime = Duration.milliseconds(5)
  /// What makes a batch large enough not to wait: a commit costs the server more than what is in it as long as that is less.
  private static let largeBatch = 256

  /// True if the batch is small, and more is about to be handled that can join it soon.
  func isFilling(at now: ContinuousClock.Instant) -> Bool {
    guard hasWork, batch.acknowledgedCount < Self.largeBatch, let filledSince else { return false }
    return now < filledSince + Self.fillingTime
  }

  /// The batch to commit next, with its number in this term; nil if nothing has been settled, or one is on its way.
  ///
  /// - Parameter now: to leave a small batch open for what is about to be handled, if it has not waited long; nil to take what there is.
  func takeBatch(at now: ContinuousClock.Instant?) -> (batch: CommitBatch, number: Int)? {
    guard committing == nil else { return nil }
    if closedBatches.isEmpty {
      if let now, isFilling(at: now) { return nil }
      closeBatch()
    }
    guard let next = closedBatches.popFirst() else { return nil }
    committing = next
    commits += 1
    return (next, commits)
  }

  /// Takes in that the batch on its way is in effect.
  func committed() {
    guard let batch = committing else { return }
    committing = nil
    foreseen.committed(through: committedBatches)
    if let written = batch.written { writtenSinceRead?.append(written) }
    noteCommit(of: batch.acknowledgedCount, position: batch.position)
    for letter in batch.letters { known.setbacks.settled(letter.delivery.place) }
  }

  /// How many batches of this term are in effect.
  var committedBatches: Int { closed - closedBatches.count - (committing == nil ? 0 : 1) }

  /// The number of a commit that is made beside the batches, of a page of history: nothing is committed meanwhile.
  var nextCommit: Int { commits + 1 }

  /// Takes in that it is in effect.
  func committedHistory(_ count: Int) {
    commits += 1
    noteCommit(of: count, position: nil)
  }

  private func noteCommit(of count: Int, position: StreamID?) {
    known.commits = commits
    if let position { known.committed = position }
    known.setbacks.committed(count, position: position)
  }

  // MARK: What handlers read

  /// Takes in that the shard is about to be read, and what events read of it asked for.
  func beginReadAhead() { writtenSinceRead = [] }

  /// Takes in what fields hold that new events are going to read, but for those that were written meanwhile.
  func admit(_ found: [(field: StateField, value: String?)]) {
    for (field, value) in found {
      let name = StateName(field)
      guard !hasUncommitted(name), writtenSinceRead?.contains(where: { $0.contains(name) }) == false else { continue }
      foreseen.found(value, in: field)
    }
  }

  /// Takes in that a delivery is in flight, or that it waits for its turn again.
  func expect(_ reads: [StateField]) { foreseen.expect(reads) }

  /// True if a commit that is not in effect yet may change what a handler reads.
  func hasUncommitted(_ name: StateName) -> Bool {
    batch.touches(name) || closedBatches.contains { $0.touches(name) } || committing?.touches(name) == true
  }
}
