import CoreMetrics
import DequeModule
import Logging
import Redis

/// What one worker has in flight, and the rules of its order: which delivery may be handled now, which waits, what the next
/// commit of a shard settles. Reader, runners, committer and retry timer are loops around it.
///
/// - Deliveries of one key are handled in log order. One that waits for a retry holds back the later ones of its key only.
/// - One commit of a shard is on its way at a time, so commits are applied in the order they were made.
/// - What is in flight never exceeds the window; reading waits.
actor Pipeline {
  let service: EventService
  let topic: Topic
  let settings: WorkerSettings
  let metrics: WorkerMetrics
  private let log: Logger

  private var shards: [Int: ShardState] = [:]
  private var ready: Deque<Delivery> = []
  /// Deliveries whose key is held for them; they go first.
  private var resumed: Deque<Delivery> = []
  private var inFlight = 0
  private var running = 0
  private(set) var isDraining = false
  /// Shards that the read on its way asks for.
  private var beingRead: Set<Int> = []

  private let runners = Waiters()
  private let reader = Waiters()
  private let committer = Waiters()
  private let observers = Waiters()

  /// Retries as they are scheduled, for the timer. Never more than the window holds.
  nonisolated let retries: AsyncStream<ScheduledRetry>
  private let retrySchedule: AsyncStream<ScheduledRetry>.Continuation

  init(service: EventService, topic: Topic, settings: WorkerSettings, metrics: WorkerMetrics, log: Logger) {
    self.service = service
    self.topic = topic
    self.settings = settings
    self.metrics = metrics
    self.log = log
    (retries, retrySchedule) = AsyncStream.makeStream()
  }

  // MARK: Shards

  var owned: [Int: Int] { shards.mapValues(\.shard.term) }

  func own(_ shard: OwnedShard, blocked: Set<String>) {
    shards[shard.number] = ShardState(
      shard: shard, prefix: topic.state(shard.number, service.name, ""), blocked: blocked)
    reader.wake()
  }

  /// Forgets a shard that another worker owns now, with all that is in flight of it.
  func lose(_ number: Int) {
    guard let state = shards.removeValue(forKey: number) else { return }
    let term = state.shard.term
    func isLost(_ delivery: Delivery) -> Bool { delivery.shard.number == number && delivery.shard.term == term }
    ready.removeAll(where: isLost)
    resumed.removeAll(where: isLost)
    let waiting = state.held.values.reduce(0) { $0 + $1.count }
    inFlight -= state.active + waiting
    log.warning(
      "lost a shard to another worker; dropped what was in flight of it",
      metadata: ["shard": "\(number)", "term": "\(term)", "dropped": "\(state.active + waiting)"])
    wakeAll()
  }

  /// Stops reading from a shard that is to be given back.
  func retire(_ number: Int) {
    shards[number]?.isRetiring = true
  }

  /// Has entries recovered that somebody else read from a shard that this worker owns.
  func recoverAgain(_ number: Int, term: Int) {
    guard let state = shards[number], state.shard.term == term, state.isRecovered else { return }
    log.notice("another consumer has pending entries in an owned shard", metadata: ["shard": "\(number)"])
    state.isRecovered = false
    state.isRecoveringOthers = true
    reader.wake()
  }

  /// True when nothing of the shard is being handled or committed. What waits for a retry stays pending for the next owner.
  func isIdle(_ number: Int) -> Bool {
    guard let state = shards[number] else { return true }
    return !beingRead.contains(number) && !state.isBusy
  }

  /// Forgets a shard that is idle and given back.
  func release(_ number: Int) {
    guard let state = shards.removeValue(forKey: number) else { return }
    inFlight -= state.held.values.reduce(0) { $0 + $1.count }
    wakeAll()
  }

  // MARK: Reading

  /// What the reader does next.
  enum Reading: Sendable {
    /// Read new entries of these shards, so many of each at the most.
    case new([OwnedShard], count: Int)
    /// Deal with what earlier owners left pending in this shard.
    /// If `others`, only what was delivered to other consumers than this worker.
    /// If `lost`, nobody has begun what a lost answer delivered.
    case recover(OwnedShard, others: Bool, lost: Bool)
  }

  /// Waits until there is something to read and room for it; nil when the worker is stopping.
  func nextReading() async -> Reading? {
    beingRead = []
    observers.wake()
    while !isDraining {
      if let state = shards.values.first(where: { !$0.isRecovered && !$0.isRetiring }) {
        return .recover(state.shard, others: state.isRecoveringOthers, lost: state.isRecoveringLost)
      }
      let readable = shards.values.filter { !$0.isRetiring }.map(\.shard)
      let room = settings.window - inFlight
      beingRead = Set(readable.map(\.number))
      if !readable.isEmpty, room >= min(settings.batchSize, settings.window / 2) {
        return .new(
          readable.sorted { $0.number < $1.number }, count: max(1, min(settings.batchSize, room / readable.count)))
      }
      beingRead = []
      await reader.wait()
    }
    return nil
  }

  func recovered(_ shard: OwnedShard) {
    guard let state = state(of: shard) else { return }
    state.isRecovered = true
    state.isRecoveringLost = false
  }

  /// Has everything pending looked for again, after a read whose answer may have been lost: what it delivered is pending for this
  /// worker, which does not know it, and later entries must not overtake it.
  func readFailed() {
    for (number, state) in shards {
      if state.isRecovered {
        guard beingRead.contains(number) else { continue }
        state.isRecovered = false
        state.isRecoveringLost = true
      }
      // What was claimed from others may be this worker's by now.
      state.isRecoveringOthers = false
    }
  }

  /// Waits until nothing of a shard is being handled or committed.
  ///
  /// - Returns: the entries that wait for another attempt: pending, and known.
  func waiting(_ shard: OwnedShard) async -> Set<StreamID> {
    await idle(shard)
    guard let state = state(of: shard) else { return [] }
    return Set(state.held.values.joined().map(\.streamID))
  }

  /// True if the shard is still owned in the same term.
  func owns(_ shard: OwnedShard) -> Bool { state(of: shard) != nil }

  /// Takes deliveries in, in log order.
  func admit(_ deliveries: [Delivery]) {
    for delivery in deliveries {
      guard let state = state(of: delivery.shard) else { continue }
      inFlight += 1
      state.active += 1
      ready.append(delivery)
    }
    runners.wake(ready.count)
  }

  /// Takes in an entry that an earlier owner left pending, and waits until it is through, so that if the process dies now, this
  /// entry alone is counted as the cause. Recorded in Redis before it is handled.
  func admitAlone(_ delivery: Delivery) async {
    if delivery.crashes >= service.retry.maxCrashes {
      admit([delivery])
      guard let state = state(of: delivery.shard), ready.last === delivery else { return }
      ready.removeLast()
      bury(
        delivery, reason: "the process ended \(delivery.crashes) times while it handled this event",
        failures: delivery.failures, in: state)
      committer.wake()
    } else {
      guard let counted = await count(delivery) else { return }
      admit([counted])
    }
    await idle(delivery.shard)
  }

  /// Records in Redis that handling this entry begins, and waits until that is done.
  ///
  /// - Returns: the delivery with its new count; nil if the shard was lost.
  private func count(_ delivery: Delivery) async -> Delivery? {
    guard let state = state(of: delivery.shard) else { return nil }
    let counted = delivery.with(deliveries: delivery.deliveries + 1, failures: delivery.failures)
    state.batch.count(delivery, deliveries: counted.deliveries)
    committer.wake()
    await idle(delivery.shard)
    return owns(delivery.shard) ? counted : nil
  }

  /// Waits until all that was admitted of a shard is settled or waits for a retry, and is committed.
  func idle(_ shard: OwnedShard) async {
    while let state = state(of: shard), state.isBusy, !isDraining { await observers.wait() }
  }

  // MARK: Redriving

  /// Keys of an owned shard whose dead letters are to be handled again and aren't yet.
  func beginRedrive(_ keys: [String], shard number: Int, term: Int) -> [String] {
    guard let state = shards[number], state.shard.term == term, state.isRecovered else { return [] }
    let fresh = keys.filter { !state.redriving.contains($0) && state.held[$0] == nil }
    for key in fresh {
      state.redriving.insert(key)
      state.blocked.remove(key)
      state.held[key] = []
    }
    return fresh
  }

  /// Takes in the dead letters of a key, oldest first.
  func redrive(_ letters: [Delivery], key: String, shard: OwnedShard) {
    guard let state = state(of: shard) else { return }
    inFlight += letters.count
    let later = state.held[key] ?? []
    state.held[key] = Deque(letters) + later
    // Letters are settled one by one, in commits of their own.
    resumeNext(of: key, in: state)
    if letters.isEmpty { state.redriving.remove(key) }
    runners.wake()
  }

  // MARK: Running

  /// Waits for deliveries that may be handled now: one for a service that handles keys side by side, all that are ready, in
  /// log order, for one that handles them one after the other. Nil when the worker is stopping and nothing is left to do.
  func nextDeliveries() async -> [Delivery]? {
    while true {
      let deliveries = takeDeliveries()
      if !deliveries.isEmpty {
        running += deliveries.count
        return deliveries
      }
      if isDraining { return nil }
      await runners.wait()
    }
  }

  private func takeDeliveries() -> [Delivery] {
    let limit = service.concurrency == 1 ? settings.batchSize : 1
    var taken: [Delivery] = []
    while taken.count < limit, let delivery = resumed.popFirst() {
      // A letter is handled alone, so that it is committed alone.
      if case .letter = delivery.source, !taken.isEmpty {
        resumed.prepend(delivery)
        return taken
      }
      taken.append(delivery)
      if case .letter = delivery.source { return taken }
    }
    while taken.count < limit, let delivery = ready.popFirst() {
      guard let state = state(of: delivery.shard) else { continue }
      if state.held[delivery.key]?.append(delivery) != nil {
        state.active -= 1
        continue
      }
      if !state.blocked.isEmpty, state.blocked.contains(delivery.key) {
        park(delivery, in: state)
        continue
      }
      if service.concurrency > 1 { state.held[delivery.key] = [] }
      taken.append(delivery)
    }
    return taken
  }

  /// Takes in what became of deliveries.
  func settle(_ deliveries: [Delivery], _ outcomes: [Outcome]) {
    running -= deliveries.count
    for (delivery, outcome) in zip(deliveries, outcomes) {
      guard let state = state(of: delivery.shard) else { continue }
      settle(delivery, outcome, in: state)
    }
    committer.wake()
    if !resumed.isEmpty || !ready.isEmpty { runners.wake() }
  }

  private func settle(_ delivery: Delivery, _ outcome: Outcome, in state: ShardState) {
    switch outcome {
    case .done(let effects):
      metrics.handled.increment()
      switch delivery.source {
      case .log:
        state.batch.acknowledge(delivery, effects, prefix: state.prefix)
        resumeNext(of: delivery.key, in: state)
      case .letter:
        // Its successor waits for its commit.
        state.closeBatch()
        state.batch.acknowledge(delivery, effects, prefix: state.prefix)
        state.closeBatch()
      }
    case .failed(let error, let delay):
      fail(delivery, error: error, delay: delay, in: state)
    case .dead(let reason):
      bury(delivery, reason: reason, failures: delivery.failures, in: state)
    case .deferred where state.blocked.contains(delivery.key):
      park(delivery, in: state)
    case .deferred:
      state.active -= 1
      state.held[delivery.key, default: []].append(delivery)
    case .returned:
      // Not begun as far as anybody can tell: the next owner need not suspect it.
      state.active -= 1
      inFlight -= 1
      if case .log = delivery.source {
        state.batch.count(delivery, deliveries: delivery.deliveries - 1)
      }
    }
  }

  private func fail(_ delivery: Delivery, error: String, delay: Duration?, in state: ShardState) {
    let now = Timestamp.now()
    let policy = service.retry
    var generator = SystemRandomNumberGenerator()
    let wait = max(policy.backoff.delay(attempt: delivery.attempt, using: &generator), delay ?? .zero)
    let failures = Failures(after: delivery.failures, error: error, at: now, retryAt: now + wait)
    guard failures.attempts < policy.maxAttempts else {
      return bury(delivery, reason: error, failures: failures, in: state)
    }
    metrics.retried.increment()
    log.info(
      "will retry an event",
      metadata: [
        "event": "\(delivery.header.id)", "shard": "\(delivery.shard.number)", "attempt": "\(failures.attempts)",
        "error": "\(error)", "in": "\(wait)",
      ])
    // The count is that of the attempts: what a crash adds to it stays.
    let waiting = delivery.with(deliveries: max(delivery.deliveries, failures.attempts), failures: failures)
    if case .log = delivery.source {
      state.batch.count(delivery, deliveries: waiting.deliveries, failures: failures)
    }
    state.active -= 1
    state.held[delivery.key, default: []].prepend(waiting)
    retrySchedule.yield(ScheduledRetry(shard: delivery.shard, key: delivery.key, due: .now + wait))
    observers.wake()
  }

  private func bury(_ delivery: Delivery, reason: String, failures: Failures?, in state: ShardState) {
    metrics.dead.increment()
    log.error(
      "moved an event to the dead letters",
      metadata: ["event": "\(delivery.header.id)", "shard": "\(delivery.shard.number)", "reason": "\(reason)"])
    let key = delivery.key
    switch delivery.source {
    case .log:
      state.batch.bury(letter(delivery, reason: reason, failures: failures, isParked: false))
    case .letter:
      state.active -= 1
      inFlight -= 1
      state.redriving.remove(key)
      state.batch.endRedrive(of: key)
    }
    guard !key.isEmpty else { return }
    state.blocked.insert(key)
    for waiting in state.held.removeValue(forKey: key) ?? [] {
      if case .letter = waiting.source {
        inFlight -= 1
      } else {
        state.active += 1
        park(waiting, in: state)
      }
    }
  }

  private func park(_ delivery: Delivery, in state: ShardState) {
    metrics.parked.increment()
    state.batch.bury(
      letter(delivery, reason: "waits behind a dead letter of key \(delivery.key)", failures: nil, isParked: true))
    committer.wake()
  }

  private func letter(_ delivery: Delivery, reason: String, failures: Failures?, isParked: Bool) -> CommitBatch.Letter {
    CommitBatch.Letter(
      delivery: delivery, isParked: isParked,
      about: DeadLetter.About(
        reason: reason, attempts: isParked ? 0 : failures?.attempts ?? max(1, delivery.crashes), failures: failures,
        worker: settings.name, at: .now()))
  }

  /// Lets the next delivery of a key go on after one was handled.
  private func resumeNext(of key: String, in state: ShardState) {
    guard var waiting = state.held[key] else { return }
    guard let next = waiting.popFirst() else {
      state.held[key] = nil
      return
    }
    state.active += 1
    resumed.append(next)
    if case .log = next.source, service.concurrency == 1, !state.redriving.contains(key) {
      // One runner handles everything in order: no need to hold the key.
      state.active += waiting.count
      resumed.append(contentsOf: waiting)
      state.held[key] = nil
    } else {
      state.held[key] = waiting
    }
  }

  // MARK: Retrying

  /// Lets a delivery whose retry is due go on, unless its shard is gone or the worker is stopping.
  func retryIsDue(_ retry: ScheduledRetry) {
    guard !isDraining, let state = state(of: retry.shard) else { return }
    resumeNext(of: retry.key, in: state)
    runners.wake()
  }

  // MARK: Committing

  /// A batch with the number it is committed under.
  struct NumberedBatch: Sendable {
    let batch: CommitBatch
    let number: Int
  }

  /// Waits for batches to commit, one per shard at the most; nil when the worker is stopping and all is committed.
  func nextBatches() async -> [NumberedBatch]? {
    while true {
      var batches: [NumberedBatch] = []
      for state in shards.values where !state.isCommitting {
        guard let batch = state.takeBatch() else { continue }
        state.isCommitting = true
        state.commits += 1
        batches.append(NumberedBatch(batch: batch, number: state.commits))
      }
      if !batches.isEmpty { return batches }
      if isDraining, running == 0, ready.isEmpty, resumed.isEmpty { return nil }
      await committer.wait()
    }
  }

  /// Takes in that a batch is in effect.
  ///
  /// - Parameter unparked: entries that were not parked because their key is free again.
  func committed(_ batch: CommitBatch, unparked: Set<StreamID>) {
    guard let state = state(of: batch.shard) else { return }
    state.isCommitting = false
    var settled = batch.acknowledged.count
    for letter in batch.letters {
      if unparked.contains(letter.delivery.streamID) {
        state.blocked.remove(letter.delivery.key)
        ready.append(letter.delivery)
      } else {
        settled += 1
      }
    }
    if let (delivery, _) = batch.handledLetter {
      settled += 1
      if case .letter? = state.held[delivery.key]?.first?.source {} else { state.redriving.remove(delivery.key) }
      resumeNext(of: delivery.key, in: state)
    }
    state.active -= settled
    inFlight -= settled
    metrics.committed.increment(by: settled)
    wakeAll()
  }

  // MARK: Stopping

  /// Stops reading and retrying; what has been admitted is handled and committed.
  func drain() {
    isDraining = true
    retrySchedule.finish()
    wakeAll()
  }

  /// Gives up on what has not begun: it stays pending, for the next owner.
  func returnUnbegun() -> Int {
    let unbegun = Array(resumed) + Array(ready)
    resumed.removeAll()
    ready.removeAll()
    for delivery in unbegun {
      if let state = state(of: delivery.shard) { settle(delivery, .returned, in: state) }
    }
    wakeAll()
    return unbegun.count
  }

  var summary: (inFlight: Int, waiting: Int) {
    (inFlight, shards.values.reduce(0) { $0 + $1.held.values.reduce(0) { $0 + $1.count } })
  }

  private func state(of shard: OwnedShard) -> ShardState? {
    guard let state = shards[shard.number], state.shard.term == shard.term else { return nil }
    return state
  }

  private func wakeAll() {
    reader.wake()
    runners.wake()
    committer.wake()
    observers.wake()
  }
}
