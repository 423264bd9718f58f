import DequeModule

/// What has become of the events of an owned shard and is not in effect yet: batches in the order in which they are to be committed.
///
/// One commit of a shard is on its way at a time, so commits are applied in the order they were made.
struct CommitQueue: Sendable {
  /// What one commit may acknowledge, so that its arguments fit the stack of the server's Lua.
  static let entriesPerCommit = 1000
  /// How long a small batch waits for more, while there is more to handle.
  static let fillingTime = Duration.milliseconds(5)
  /// What makes a batch large enough not to wait: a commit costs the server more than what is in it as long as that is less.
  private static let largeBatch = 256

  private let shard: OwnedShard
  /// How batches are made from now on.
  var style: CommitBatch.Style
  /// What is settled now goes here.
  private(set) var batch: CommitBatch
  /// Since when something waits in it; nil if nothing does.
  private var filledSince: ContinuousClock.Instant?
  /// Batches to commit before that one.
  private var closedBatches: Deque<CommitBatch> = []
  /// The one that is on its way.
  private(set) var committing: CommitBatch?
  /// The last entry, in the log's order, that was settled in this epoch.
  private var position: EntryID?
  /// Commits made in this epoch.
  private(set) var commits = 0
  /// Batches that were closed in this epoch.
  private(set) var closed = 0

  /// The last entry that was given out: up to here nothing is missing, as far as the seams show.
  private var delivered: EntryID
  /// By topic: where a read followed another, and no commit has found yet that it passed over nothing.
  private var seams: [TopicSeams]
  /// What was given out and is not settled.
  private var open = OpenEntries()
  /// True while what is settled comes from the shard's history.
  private var isInHistory: Bool

  /// - Parameters:
  ///   - delivered: the place up to which everything is pending or settled.
  ///   - isInHistory: true if what is settled comes from the shard's history first.
  init(_ shard: OwnedShard, style: CommitBatch.Style, delivered: EntryID, isInHistory: Bool = false) {
    self.shard = shard
    self.isInHistory = isInHistory
    self.style = style
    batch = CommitBatch(shard: shard, style)
    self.delivered = delivered
    seams = Array(repeating: TopicSeams(from: delivered), count: shard.topics.count)
  }

  /// What is settled and not in effect.
  var load: Load {
    closedBatches.reduce(batch.load + (committing?.load ?? Load())) { $0 + $1.load }
  }

  /// All that is not in effect, oldest first.
  var batches: [CommitBatch] { (committing.map { [$0] } ?? []) + closedBatches + [batch] }

  /// True if there is anything to commit, or on its way.
  var isBusy: Bool { committing != nil || isWaiting }

  /// True if there is anything to commit.
  var isWaiting: Bool { !closedBatches.isEmpty || !batch.isEmpty }

  /// How many batches of this epoch are in effect.
  var committedBatches: Int { closed - closedBatches.count - (committing == nil ? 0 : 1) }

  /// True if a commit that is not in effect yet may change what a handler reads.
  func hasUncommitted(_ name: StateName) -> Bool {
    batch.touches(name) || closedBatches.contains { $0.touches(name) } || committing?.touches(name) == true
  }

  // MARK: What is given out

  /// Takes in what a read gives out; false if it comes before what was given out before: somebody has moved a group.
  mutating func give(_ page: Page) -> Bool {
    guard page.first > delivered else { return false }
    delivered = page.last
    for run in page.runs { seams[run.topic].add(first: run.first, through: run.last) }
    for index in 0..<page.count { open.add(page.id(index)) }
    return true
  }

  /// Takes in that pending entries are given out again, or that a history gives some out, between which and the position there is nothing else.
  mutating func recover(_ ids: some Sequence<EntryID>, through last: EntryID) {
    for id in ids { open.add(id) }
    delivered = max(delivered, last)
    for topic in seams.indices { seams[topic].passed(last) }
  }

  /// Takes in that an entry is not settled after all.
  mutating func reopen(_ id: EntryID) { open.reopen(id) }

  // MARK: What is settled

  /// Has what becomes of an event join the batch.
  ///
  /// - Parameters:
  ///   - isOpen: true if it stays pending.
  ///   - isAlone: true if nothing else may be in its batch.
  mutating func settle(
    _ delivery: Delivery, isOpen: Bool = false, isAlone: Bool, at now: ContinuousClock.Instant,
    _ join: (inout CommitBatch) -> Void
  ) {
    if isAlone { closeBatch() }
    join(&batch)
    if case .log = delivery.source, !isOpen { open.settle(delivery.entryID) }
    filledSince = filledSince ?? now
    if isAlone || batch.acknowledgedCount >= Self.entriesPerCommit { closeBatch() }
  }

  /// Gives away what is settled and not closed, for whoever handles a whole page to add to.
  mutating func lendBatch() -> CommitBatch {
    defer { batch = CommitBatch(shard: shard, style) }
    return batch
  }

  /// Takes back what was lent; anything else that has been settled meanwhile goes after it.
  ///
  /// - Parameter page: what was settled with it.
  mutating func returnBatch(_ returned: CommitBatch, settling page: Page, at now: ContinuousClock.Instant) {
    for index in 0..<page.count { open.settle(page.id(index)) }
    let later = batch
    batch = returned
    filledSince = filledSince ?? now
    if !later.isEmpty {
      closeBatch()
      batch = later
      filledSince = now
    }
    if batch.acknowledgedCount >= Self.entriesPerCommit { closeBatch() }
  }

  /// Lets nothing more join what has been settled so far.
  mutating func closeBatch() {
    guard !batch.isEmpty else { return }
    if let last = batch.lastSettled { position = max(position ?? .zero, last) }
    batch.position = position
    if isInHistory { batch.history = CommitBatch.History(isEnd: batch.history?.isEnd ?? false) }
    if let position {
      batch.open = open.pass(to: position)
      batch.history?.passed = open.passed
      for topic in seams.indices {
        for seam in seams[topic].take(through: position) {
          batch.seams.append(CommitBatch.Seam(topic: topic, after: seam.after, before: seam.before))
        }
      }
    }
    closedBatches.append(batch)
    closed += 1
    batch = CommitBatch(shard: shard, style)
    filledSince = nil
  }

  /// Has the failure of a dead letter that was handled again noted, and the redrive of its key ended.
  mutating func endRedrive(_ letter: CommitBatch.Letter, of id: EntryID) {
    batch.endRedrive(of: letter.delivery.key)
    batch.note(letter, of: id)
  }

  // MARK: Committing

  /// Until when a small batch is left open for what is about to be handled; nil if it is not.
  ///
  /// - Parameter hasWork: whether there is anything to be handled.
  func fills(until now: ContinuousClock.Instant, hasWork: Bool) -> ContinuousClock.Instant? {
    guard hasWork, closedBatches.isEmpty, batch.acknowledgedCount < Self.largeBatch, let filledSince else { return nil }
    let end = filledSince + Self.fillingTime
    return now < end ? end : nil
  }

  /// The batch to commit next, with its number in this epoch; nil if nothing has been settled, or one is on its way.
  mutating func takeBatch() -> (batch: CommitBatch, number: Int)? {
    guard committing == nil else { return nil }
    if closedBatches.isEmpty { closeBatch() }
    guard let first = closedBatches.popFirst() else { return nil }
    committing = first
    commits += 1
    return (first, commits)
  }

  /// Takes in that the batch on its way is in effect, and returns it.
  mutating func committed() -> CommitBatch? {
    defer { committing = nil }
    return committing
  }

  // MARK: History

  /// Has the log take over from the history, of which all is committed.
  mutating func endHistory() { batch.history = CommitBatch.History(isEnd: true) }

  /// Takes in that the log has taken over.
  ///
  /// - Parameter start: its first place.
  mutating func beginLog(at start: EntryID) {
    isInHistory = false
    recover([], through: start.previous)
  }
}
