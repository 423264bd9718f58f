@testable import EventStreams
@testable import EventStreamsOperations

/// A shard's queue with all that is around it: the log, the server, runners, time and an operator, moved one step at a time. After each step
/// it is checked what must always hold.
struct QueueWorld: ~Copyable {
  /// What can happen.
  enum Step: Hashable {
    case read(Int)
    case recover
    /// The reader of histories asks what to read, and has read it.
    case ask(Int), tell
    case take
    /// One event, to see whether an outage is over.
    case probe(isFresh: Bool)
    /// Of a runner's work so many are through, and the last of them came to this.
    case handled(runner: Int, count: Int, End)
    case send
    case answer
    case retry(Int)
    case retire, keep, release, lose
    case pause(Int), unpause
    case redrive(Int), discard(Int)
    /// At the lease: what is to be handled again?
    case look
  }

  enum End: Hashable, CaseIterable { case done, failed, dead }

  /// Something that must not be.
  struct Violation: Error, CustomStringConvertible {
    let description: String
  }

  static let keys = ["a", "b", "c"]

  let rules: QueueRules
  let log: [Delivery]
  /// The same, as the server gave it; nil where everything is read as deliveries.
  let page: Page?
  /// The first of the log, as many as a history holds.
  let history: ArraySlice<Delivery>
  var queue: ShardQueue
  var epoch = 1

  // The server.
  var read = 0
  var pending: Set<EntryID> = []
  /// In the history: up to here all is settled, but for what is behind.
  var position = EntryID.zero
  var behind: Set<EntryID> = []
  var isInHistory: Bool
  /// True if the last owner has not given the shard back.
  var hasDied = false
  var letters: [(id: EntryID, delivery: Delivery)] = []
  private var nextLetter: UInt64 = 1
  /// Of each entry how often its effects are there.
  private(set) var applied: [EntryID: Int] = [:]
  /// Keys whose letters are to be handled again.
  var wanted: Set<Identifier> = []
  /// Dead letters that somebody has thrown away.
  var discarded: Set<EntryID> = []

  // What is on its way.
  var works: [ShardQueue.Taken] = []
  var sent: CommitBatch?
  var asked: HistoryReading?
  var retries: [String] = []
  var orders = Orders()

  /// - Parameter historyCount: how many of the log a history holds.
  init(_ log: [Delivery], page: Page? = nil, historyCount: Int = 0, rules: QueueRules) {
    self.log = log
    self.page = page
    self.rules = rules
    history = log.prefix(historyCount)
    read = historyCount
    isInHistory = historyCount > 0
    queue = Self.queue(epoch: 1, rules, blocked: [], historyEnd: Self.end(of: history))
    if !isInHistory { queue.phase = .live }
  }

  private static func queue(
    epoch: Int, _ rules: QueueRules, blocked: Set<Identifier>, historyEnd: EntryID?
  ) -> ShardQueue {
    ShardQueue(
      OwnedShard(number: 0, epoch: epoch, reader: NoState()), prefix: "", rules: rules, blocked: blocked,
      historyEnd: historyEnd)
  }

  static func end(of history: ArraySlice<Delivery>) -> EntryID? { history.last?.entryID.next }

  private static let now = Moment(instant: .now, time: .now())

  // MARK: What can happen now

  var steps: [Step] {
    var steps: [Step] = []
    if queue.phase.isLive, read < log.count { steps += [.read(1), .read(min(3, log.count - read))] }
    if queue.phase.recovery != nil, !queue.isBusy { steps.append(.recover) }
    if asked != nil { steps.append(.tell) } else if queue.phase.backfill != nil { steps += [.ask(1), .ask(3)] }
    if queue.hasWork, works.count < rules.concurrency { steps.append(.take) }
    if queue.hasWork, works.isEmpty { steps += [.probe(isFresh: true), .probe(isFresh: false)] }
    for (runner, work) in works.enumerated() {
      let count = Self.entries(of: work).count
      for end in End.allCases {
        steps.append(.handled(runner: runner, count: count, end))
        if count > 1 { steps.append(.handled(runner: runner, count: 1, end)) }
      }
    }
    if sent == nil, queue.commits.isWaiting { steps.append(.send) }
    if sent != nil { steps.append(.answer) }
    steps += retries.indices.map { .retry($0) }
    if queue.phase.isRetiring {
      steps.append(.keep)
      if !queue.isBusy { steps.append(.release) }
    } else {
      steps.append(.retire)
    }
    steps.append(.lose)
    if queue.phase.isLive, queue.awaitingLetters.contains(where: { !wanted.contains($0) || queue.parking[$0] == nil }) {
      steps.append(.look)
    }
    steps += queue.pauses.isPartial ? [.unpause] : [.pause(0)]
    for (number, key) in Self.keys.enumerated() where letters.contains(where: { $0.delivery.key == key }) {
      if queue.phase.isLive { steps.append(.redrive(number)) }
      steps.append(.discard(number))
    }
    return steps
  }

  // MARK: What happens

  mutating func make(_ step: Step) throws {
    orders = Orders()
    switch step {
    case .read(let count): try give(count)
    case .recover: recover()
    case .ask(let room): asked = queue.nextHistory(room: room)
    case .tell: tell()
    case .take:
      begin(queue.take(at: Self.now, &orders))
    case .probe(let isFresh): begin(queue.takeProbe(isFresh: isFresh, at: Self.now, &orders))
    case .handled(let runner, let count, let end): try handle(works.remove(at: runner), count, end)
    case .send: sent = queue.commits.takeBatch()?.batch
    case .answer: try answer()
    case .retry(let index): queue.startNext(of: retries.remove(at: index))
    case .retire: queue.retire()
    case .keep: queue.keep()
    case .release, .lose:
      hasDied = step == .lose
      takeAnew()
    case .pause(let key):
      queue.pause(PauseSet([Pause(.key(Identifier(Self.keys[key])), reason: "")]))
    case .unpause: queue.pause(PauseSet())
    case .redrive(let key):
      wanted.insert(Self.keys[key])
      look()
    case .look: look()
    case .discard(let key):
      discarded.formUnion(letters.filter { $0.delivery.key == Self.keys[key] }.map(\.delivery.entryID))
      letters.removeAll { $0.delivery.key == Self.keys[key] }
      wanted.remove(Self.keys[key])
    }
    for case .retry(let retry) in orders.alarms { retries.append(retry.key) }
    try check()
  }

  private mutating func begin(_ taken: ShardQueue.Taken?) {
    if case .undecoded(let page)? = taken {
      let ids = Set((0..<page.count).map { page.id($0) })
      queue.decoded(page, log.filter { ids.contains($0.entryID) }.map { inThisEpoch($0) })
    } else if let taken {
      works.append(taken)
    }
  }

  func inThisEpoch(_ delivery: Delivery) -> Delivery {
    Delivery(
      shard: queue.shard, entryID: delivery.entryID, header: delivery.header, work: delivery.work, deliveries: 1,
      failures: nil, bytes: delivery.bytes)
  }

  private mutating func give(_ count: Int) throws {
    let more = log[read..<read + count]
    pending.formUnion(more.map(\.entryID))
    if let page {
      queue.admit(page.dropFirst(read).prefix(count))
    } else {
      for delivery in more { _ = queue.admit(inThisEpoch(delivery)) }
    }
    read += count
  }

  private mutating func recover() {
    let recovery = queue.recover()
    let found = log.filter { pending.contains($0.entryID) && $0.entryID > recovery.after }.prefix(2)
    queue.admitRecovered(
      found.map { inThisEpoch($0) }, lost: [], after: recovery.after, last: found.last?.entryID, &orders)
  }

  /// As `Runner` does it.
  private mutating func handle(_ work: ShardQueue.Taken, _ count: Int, _ end: End) throws {
    switch work {
    case .undecoded: return
    case .deliveries(let deliveries):
      var failed: Set<Identifier> = []
      for (index, delivery) in deliveries.prefix(count).enumerated() {
        var outcome = Outcome.done(.none)
        if failed.contains(delivery.key) {
          outcome = .deferred
        } else {
          try begin(delivery)
          if index == count - 1 { outcome = Self.outcome(end) }
        }
        if case .done = outcome {} else { failed.insert(delivery.key) }
        queue.settle(delivery, outcome, counts: true, at: Self.now, &orders)
      }
      queue.takeBack(Array(deliveries.dropFirst(count)))
    case .page(let page, var batch):
      let done = end == .done ? count : count - 1
      for index in 0..<count {
        let delivery = try entry(page.id(index))
        try begin(delivery, with: batch)
        if index < done {
          batch.acknowledge(
            delivery.entryID, of: 0, bytes: page.bytes(index), .none, prefix: "", trace: nil)
        }
      }
      queue.settle(page.prefix(done), with: batch, at: Self.now)
      queue.takeBack(page.dropFirst(count))
      if done < count {
        let delivery = inThisEpoch(try entry(page.id(done)))
        queue.settle(delivery, Self.outcome(end), counts: true, at: Self.now, &orders)
      }
    }
  }

  private static func outcome(_ end: End) -> Outcome {
    switch end {
    case .done: .done(.none)
    case .failed: .failed(error: "not now", delay: nil)
    case .dead: .dead(reason: "never")
    }
  }

  func entry(_ id: EntryID) throws -> Delivery {
    guard let delivery = log.first(where: { $0.entryID == id }) else { throw Violation(description: "no entry \(id)") }
    return delivery
  }

  /// As `commit` in the server does it.
  private mutating func answer() throws {
    guard let batch = sent else { return }
    sent = nil
    let unparked = unparked(by: batch)
    if batch.history != nil { try settle(batch, unparked) }
    for id in batch.acknowledged.joined() {
      guard pending.remove(id) != nil else { throw Violation(description: "\(id) is acknowledged and not pending") }
      applied[id, default: 0] += 1
    }
    for letter in batch.letters where !unparked.contains(letter.delivery.entryID) {
      guard pending.remove(letter.delivery.entryID) != nil else {
        throw Violation(description: "\(letter.delivery.entryID) is buried and not pending")
      }
      letters.append((EntryID(milliseconds: nextLetter, sequence: 0), letter.delivery))
      nextLetter += 1
    }
    if let (delivery, id) = batch.handledLetter, let index = letters.firstIndex(where: { $0.id == id }) {
      letters.remove(at: index)
      applied[delivery.entryID, default: 0] += 1
      if !letters.contains(where: { $0.delivery.key == delivery.key }) { wanted.remove(delivery.key) }
    }
    for key in batch.redriveEnded { wanted.remove(key) }
    queue.committed(unparked: unparked, &orders)
  }

  /// What is not parked, because its key has no dead letter any more.
  private func unparked(by batch: CommitBatch) -> Set<EntryID> {
    var blocked = Set(names: letters.map(\.delivery.key))
    var unparked: Set<EntryID> = []
    for letter in batch.letters {
      if letter.isParked, !blocked.contains(letter.delivery.key) {
        unparked.insert(letter.delivery.entryID)
      } else {
        blocked.insert(letter.delivery.key)
      }
    }
    return unparked
  }

  /// As the leases do it.
  private mutating func look() {
    for key in queue.beginRedrive(
      wanted.map(\.text), asOf: queue.known.commits, at: Self.now, &orders) ?? []
    {
      let found = letters.filter { $0.delivery.key == key }.map { letter in
        Delivery(
          source: .letter(letter.id), shard: queue.shard, entryID: letter.delivery.entryID,
          header: letter.delivery.header, work: letter.delivery.work, deliveries: 0, failures: nil,
          bytes: letter.delivery.bytes)
      }
      queue.redrive(found, key: key)
    }
  }

  /// Another worker takes the shard, or this one once more.
  private mutating func takeAnew() {
    epoch += 1
    works = []
    sent = nil
    retries = []
    queue = Self.queue(
      epoch: epoch, rules, blocked: Set(names: letters.map(\.delivery.key)),
      historyEnd: isInHistory ? Self.end(of: history) : nil)
  }
}
