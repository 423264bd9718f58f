import CoreMetrics
import DequeModule
import Logging
import Redis

/// What one worker has in flight, and the rules of its order: which delivery may be handled now, which waits, what the next
/// commit of a shard settles. Reader, runners, committer and retry timer are loops around it.
///
/// - Deliveries of one key are handled in log order. One that waits for a retry holds back the later ones of its key only.
/// - One commit of a shard is on its way at a time, so commits are applied in the order they were made.
/// - What is in flight stays within the window; reading waits. Only where shards that had nothing have much all at once, one read may
///   exceed it, and never doubles it.
actor Pipeline {
  let service: EventService
  let topic: Topic
  let settings: WorkerSettings
  let metrics: WorkerMetrics
  private let log: Logger

  private var shards: [Int: ShardState] = [:]
  private var ready: Deque<Delivery> = []
  /// What was read after that and is not decoded yet.
  private var pages: Deque<Page> = []
  /// Deliveries whose key is held for them; they go first.
  private var resumed: Deque<Delivery> = []
  private var inFlight = 0
  private var running = 0
  private(set) var isDraining = false
  /// True when what has not begun stays pending.
  private var isGivingUp = false
  /// The last entries that were read of shards that aren't owned any more.
  private var lastRead: [Int: StreamID] = [:]
  /// The last terms of shards that aren't owned any more.
  private var lastTerms: [Int: Int] = [:]
  /// Shards that the read on its way asks for.
  private var beingRead: Set<Int> = []
  /// How many shards had something at the last read: they share the room at the next. Zero if none had.
  private var sharing = 0

  private let runners = Waiters()
  private let reader = Waiters()
  private let committer = Waiters()
  private let observers = Waiters()
  private let catchUp = Waiters()

  private var breaker: CircuitBreaker

  /// Retries as they are scheduled, and probes, for the timer. Never more than the window holds.
  nonisolated let alarms: AsyncStream<Alarm>
  private let alarmSchedule: AsyncStream<Alarm>.Continuation

  /// Says that the leases need a look: the circuit breaker opened or closed, or a shard was lost.
  nonisolated let leaseNews: AsyncStream<Void>
  private let newsForLeases: AsyncStream<Void>.Continuation

  init(service: EventService, topic: Topic, settings: WorkerSettings, metrics: WorkerMetrics, log: Logger) {
    self.service = service
    self.topic = topic
    self.settings = settings
    self.metrics = metrics
    self.log = log
    breaker = CircuitBreaker(policy: service.breaker)
    (alarms, alarmSchedule) = AsyncStream.makeStream()
    (leaseNews, newsForLeases) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  // MARK: Shards

  var owned: [Int: Int] { shards.mapValues(\.shard.term) }

  /// - Parameter isCatchingUp: true if the service is to handle the shard's history first.
  func own(_ shard: OwnedShard, blocked: Set<Identifier>, isCatchingUp: Bool = false) {
    let state = ShardState(
      shard: shard, prefix: topic.state(shard.number, service.name, ""), blocked: blocked)
    state.isCatchingUp = isCatchingUp
    shards[shard.number] = state
    reader.wake()
    catchUp.wake()
  }

  /// The last entry that this worker ever read of a shard; nil if none.
  func lastRead(_ number: Int) -> StreamID? { shards[number]?.lastRead ?? lastRead[number] }

  /// The last term that this worker had of a shard that it does not own; 0 if none.
  func lastTerm(_ number: Int) -> Int { lastTerms[number] ?? 0 }

  /// Forgets a shard that another worker owns now, with all that is in flight of it.
  func lose(_ number: Int, term: Int) {
    // It may have been taken anew since.
    guard let state = shards[number], state.shard.term == term else { return }
    shards[number] = nil
    lastTerms[number] = term
    lastRead[number] = state.lastRead ?? lastRead[number]
    func isLost(_ delivery: Delivery) -> Bool { delivery.shard.number == number && delivery.shard.term == term }
    ready.removeAll(where: isLost)
    resumed.removeAll(where: isLost)
    let waiting = state.held.values.reduce(0) { $0 + $1.count }
    inFlight -= state.active + waiting
    log.warning(
      "lost a shard; dropped what was in flight of it",
      metadata: ["shard": "\(number)", "term": "\(term)", "dropped": "\(state.active + waiting)"])
    newsForLeases.yield()
    wakeAll()
  }

  /// Stops reading from a shard that is to be given back; what has been read and not begun stays pending for the next owner.
  func retire(_ number: Int) {
    guard let state = shards[number], !state.isRetiring else { return }
    state.isRetiring = true
    if returnUnbegun(of: number) > 0 { state.forgetPending() }
  }

  /// Reads on from shards that were to be given back, if whoever was to have them is gone.
  func keep(_ numbers: [Int]) {
    for number in numbers {
      guard let state = shards[number], state.isRetiring else { continue }
      state.isRetiring = false
      for key in state.postponed { startNext(of: key.text, in: state) }
      state.postponed = []
    }
    wakeAll()
  }

  /// Has entries recovered that somebody else read from a shard that this worker owns.
  func recoverAgain(_ number: Int, term: Int) {
    guard let state = shards[number], state.shard.term == term, state.isRecovered else { return }
    log.notice("another consumer has pending entries in an owned shard", metadata: ["shard": "\(number)"])
    state.isRecovered = false
    state.isRecoveringOthers = true
    reader.wake()
  }

  /// Forgets a shard that is to be given back, if nothing of it is being read, handled or committed; from then on no retry begins.
  /// What waits for one stays pending for the next owner.
  ///
  /// - Returns: the term to give back; nil if it can't be yet.
  func release(_ number: Int) -> Int? {
    guard let state = shards[number], !beingRead.contains(number), !state.isBusy else { return nil }
    shards[number] = nil
    lastTerms[number] = state.shard.term
    lastRead[number] = state.lastRead ?? lastRead[number]
    inFlight -= state.held.values.reduce(0) { $0 + $1.count }
    wakeAll()
    return state.shard.term
  }

  // MARK: Reading

  /// What the reader does next.
  enum Reading: Sendable {
    /// Read new entries of these shards, so many of each at the most.
    case new([OwnedShard], count: Int)
    /// Deal with what earlier owners left pending in this shard.
    /// If `others`, only what was delivered to other consumers than this worker.
    case recover(OwnedShard, others: Bool)
  }

  /// Waits until there is something to read and room for it; nil when the worker is stopping.
  func nextReading() async -> Reading? {
    beingRead = []
    observers.wake()
    while !isDraining {
      if let state = shards.values.first(where: { !$0.isRecovered && !$0.isRetiring && !$0.isCatchingUp }) {
        state.isRecovering = true
        return .recover(state.shard, others: state.isRecoveringOthers)
      }
      let readable = shards.values.filter { !$0.isRetiring && !$0.isCatchingUp }.map(\.shard)
      let room = roomToRead
      beingRead = Set(readable.map(\.number))
      // A quarter of the window is read while the rest is handled and committed: large reads and commits cost the server least, and
      // the next read is on its way before what was read has been committed.
      let active = shards.values.reduce(0) { $0 + $1.active }
      let quarter = settings.window / 4
      if !readable.isEmpty, room >= min(settings.batchSize, quarter), active <= settings.window - quarter {
        return .new(
          readable.sorted { $0.number < $1.number },
          count: breaker.isOpen ? 1 : share(of: room, among: readable.count))
      }
      beingRead = []
      await reader.wait()
    }
    return nil
  }

  /// How many entries of each shard may be read.
  private func share(of room: Int, among count: Int) -> Int {
    let expected = room / (sharing == 0 ? count : min(sharing, count))
    return max(1, min(settings.batchSize, expected, (room + settings.window) / count))
  }

  /// How many entries may be read now; while the circuit breaker is open one, if there is nothing else to probe with.
  private var roomToRead: Int {
    switch breaker.permission(at: .now) {
    case .everything: settings.window - inFlight
    case .oneProbe: hasNothingToRun && running == 0 ? settings.window - inFlight : 0
    case .nothing: 0
    }
  }

  /// Takes in that a recovery has come to its end.
  func recovered(_ shard: OwnedShard) {
    guard let state = state(of: shard), state.isRecovering else { return }
    state.isRecovering = false
    state.isRecovered = true
  }

  /// Has everything pending looked for again, after a read whose answer may have been lost: what it delivered is pending for this
  /// worker, which does not know it, and later entries must not overtake it.
  func readFailed() {
    for (number, state) in shards {
      // What was claimed from others may be this worker's by now.
      if !state.isRecovered || beingRead.contains(number) { state.forgetPending() }
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

  /// Takes deliveries in, in log order.
  ///
  /// - Parameter shards: how many shards they are of.
  func admit(_ deliveries: [Delivery], shards: Int) {
    sharing = shards
    var known: ShardState?
    for delivery in deliveries {
      guard let state = state(of: delivery.shard, unless: &known), takesIn(state) else { continue }
      inFlight += 1
      state.active += 1
      state.lastRead = delivery.streamID
      ready.append(delivery)
    }
    runners.wake(ready.count)
  }

  /// Takes in what was read of some shards.
  func admit(_ read: [Page]) {
    sharing = read.count
    for page in read {
      guard let state = state(of: page.shard), takesIn(state) else { continue }
      inFlight += page.count
      state.active += page.count
      state.lastRead = page.last
      pages.append(page)
    }
    runners.wake()
  }

  /// False if the shard is to be given back or the worker is to stop since the read began: what it brought stays pending for the next
  /// owner.
  private func takesIn(_ state: ShardState) -> Bool {
    guard isDraining || state.isRetiring else { return true }
    state.forgetPending()
    return false
  }

  /// Waits until all that was admitted of a shard is settled or waits for a retry, and is committed.
  func idle(_ shard: OwnedShard) async {
    while let state = state(of: shard), state.isBusy, !isDraining { await observers.wait() }
  }

  // MARK: Redriving

  /// Keys of an owned shard whose dead letters are to be handled again and aren't yet.
  func beginRedrive(_ keys: [String], shard number: Int, term: Int) -> [String] {
    guard let state = shards[number], state.shard.term == term, state.isRecovered, !state.isRetiring else { return [] }
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
    startNext(of: key, in: state)
    if letters.isEmpty { state.redriving.remove(key) }
    runners.wake()
  }

  // MARK: Running

  /// What a runner does next.
  enum Work: Sendable {
    case deliveries([Delivery])
    /// A page, and what to add to.
    case page(Page, CommitBatch, prefix: String)
  }

  /// Waits for what may be handled now: one delivery for a service that handles keys side by side; for one that handles them one
  /// after the other all that is ready, in log order, or a page. Nil when the worker is stopping and nothing is left to do.
  func nextWork() async -> Work? {
    while true {
      let deliveries = takeDeliveries()
      if !deliveries.isEmpty {
        running += deliveries.count
        return .deliveries(deliveries)
      }
      if ready.isEmpty, resumed.isEmpty, let page = pages.popFirst() {
        if let work = begin(page) { return work }
        continue
      }
      if isDraining {
        // What was left to run may have turned out to wait for something else: there may be no more to commit.
        committer.wake()
        return nil
      }
      await runners.wait()
    }
  }

  private var hasNothingToRun: Bool { ready.isEmpty && resumed.isEmpty && pages.isEmpty }

  /// Nil if the page's events may not simply be handled one after the other: they are ready then.
  private func begin(_ page: Page) -> Work? {
    guard let state = state(of: page.shard) else { return nil }
    guard state.held.isEmpty, state.blocked.isEmpty, !breaker.isOpen else {
      unpack(page)
      return nil
    }
    running += page.count
    return .page(page, state.lendBatch(), prefix: state.prefix)
  }

  private func unpack(_ page: Page) {
    var decoder = EntryDecoder(service: service)
    ready.append(contentsOf: page.deliveries(&decoder))
  }

  /// Takes in what became of a page.
  func settle(_ handled: HandledPage) {
    running -= handled.page.count
    guard let state = state(of: handled.page.shard) else { return committer.wake() }
    metrics.handled.increment(by: handled.done)
    state.returnBatch(handled.batch)
    for id in handled.batch.acknowledged.suffix(min(handled.done, service.breaker.window)) { breaker.succeeded(id) }
    takeBack(handled.rest, in: state)
    if let failed = handled.failed {
      running += 1
      settle([failed.delivery], [failed.outcome])
    } else {
      settle([], [])
    }
  }

  private func takeDeliveries() -> [Delivery] {
    switch breaker.permission(at: .now) {
    case .everything:
      // Side by side means one each, but where many wait a few each save as many visits here.
      let limit =
        service.concurrency == 1 ? settings.batchSize : max(1, min(4, ready.count / (4 * service.concurrency)))
      let taken = takeResumed(limit)
      // A letter is handled alone, so that it is committed alone.
      if case .letter? = taken.last?.source { return taken }
      return taken + takeReady(limit - taken.count)
    case .oneProbe:
      // A fresh one first: what failed before may fail for reasons of its own.
      var probe = takeReady(1)
      if probe.isEmpty { probe = takeResumed(1) }
      if !probe.isEmpty { breaker.beginProbe() }
      return probe
    case .nothing:
      return []
    }
  }

  /// Deliveries whose key is held for them; a letter is the only one.
  private func takeResumed(_ limit: Int) -> [Delivery] {
    var taken: [Delivery] = []
    while taken.count < limit, let delivery = resumed.popFirst() {
      if case .letter = delivery.source {
        guard taken.isEmpty else {
          resumed.prepend(delivery)
          return taken
        }
        return [delivery]
      }
      taken.append(delivery)
    }
    return taken
  }

  private func takeReady(_ limit: Int) -> [Delivery] {
    var taken: [Delivery] = []
    var known: ShardState?
    var unwanted = 0
    while taken.count < limit, let delivery = ready.popFirst() {
      guard let state = state(of: delivery.shard, unless: &known) else { continue }
      if !state.blocked.isEmpty, state.blocked.contains(delivery.key) {
        park(delivery, in: state)
        continue
      }
      if !state.held.isEmpty, state.held[delivery.key]?.append(delivery) != nil {
        state.active -= 1
        continue
      }
      if service.concurrency > 1 {
        if case .none = delivery.work {
          // Nothing is to be done about it: no runner need see it.
          state.acknowledge(delivery, .none)
          unwanted += 1
          continue
        }
        state.held[delivery.key] = []
      }
      taken.append(delivery)
    }
    if unwanted > 0 {
      metrics.handled.increment(by: unwanted)
      committer.wake()
    }
    return taken
  }

  /// Takes in what became of deliveries.
  func settle(_ deliveries: [Delivery], _ outcomes: [Outcome]) {
    running -= deliveries.count
    var known: ShardState?
    for (delivery, outcome) in zip(deliveries, outcomes) {
      observe(delivery, outcome)
      guard let state = state(of: delivery.shard, unless: &known) else { continue }
      settle(delivery, outcome, in: state)
    }
    if outcomes.count < deliveries.count { takeBack(Array(deliveries[outcomes.count...])) }
    committer.wake()
    if !hasNothingToRun { runners.wake() }
  }

  /// Takes back what a runner has not begun.
  private func takeBack(_ deliveries: [Delivery]) {
    var kept: [Delivery] = []
    for delivery in deliveries {
      guard let state = state(of: delivery.shard) else { continue }
      if returns(1, in: state) { continue }
      kept.append(delivery)
    }
    // The key of what is handled side by side is held for it.
    if service.concurrency > 1 { resumed.prepend(contentsOf: kept) } else { ready.prepend(contentsOf: kept) }
  }

  private func takeBack(_ page: Page, in state: ShardState) {
    guard page.count > 0, !returns(page.count, in: state) else { return }
    pages.prepend(page)
  }

  /// Gives up on events that have not begun, if the worker is to or the shard is to be given back.
  private func returns(_ count: Int, in state: ShardState) -> Bool {
    guard isGivingUp || (state.isRetiring && service.concurrency == 1) else { return false }
    state.active -= count
    inFlight -= count
    state.forgetPending()
    return true
  }

  /// Has the circuit breaker know of an outcome that is no failure; `fail` tells it of those.
  private func observe(_ delivery: Delivery, _ outcome: Outcome) {
    switch outcome {
    case .done where delivery.callsHandler:
      let wasOpen = breaker.isOpen
      breaker.succeeded(delivery.streamID)
      if wasOpen {
        log.notice("what the service depends on works again: reading on")
        newsForLeases.yield()
        wakeAll()
      }
    case .failed where state(of: delivery.shard) != nil: break
    default: breaker.provedNothing(at: .now)
    }
  }

  /// Has the circuit breaker know of a failure; true if it counts against the event.
  private func counts(failureOf delivery: Delivery, _ error: String) -> Bool {
    let wasOpen = breaker.isOpen
    let counts = breaker.failed(delivery.streamID, error: error, at: .now)
    if let due = breaker.probeAt { alarmSchedule.yield(.probe(due: due)) }
    if breaker.isOpen, !wasOpen {
      log.error(
        "most attempts fail: not reading until one succeeds, and not counting attempts", metadata: ["error": "\(error)"]
      )
      newsForLeases.yield()
    }
    return counts
  }

  /// Why nothing is read; nil while everything is.
  var pausedBecause: String? { breaker.reason }

  /// Lets one delivery probe whether an outage is over.
  func probeIsDue() {
    runners.wake()
    reader.wake()
  }

  private func settle(_ delivery: Delivery, _ outcome: Outcome, in state: ShardState) {
    switch outcome {
    case .done(let effects):
      metrics.handled.increment()
      switch delivery.source {
      case .log:
        state.acknowledge(delivery, effects)
        resumeNext(of: delivery.key, in: state)
      case .letter:
        // Its successor waits for its commit.
        state.closeBatch()
        state.acknowledge(delivery, effects)
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
      state.active -= 1
      inFlight -= 1
      // What follows of its key must not be handled before it.
      if state.held[delivery.key] == nil { state.held[delivery.key] = [] }
    }
  }

  private func fail(_ delivery: Delivery, error: String, delay: Duration?, in state: ShardState) {
    let now = Timestamp.now()
    let policy = service.retry
    var generator = SystemRandomNumberGenerator()
    let wait = max(policy.backoff.delay(attempt: delivery.attempt, using: &generator), delay ?? .zero)
    let isCounted = counts(failureOf: delivery, error)
    let failures = Failures(
      after: delivery.failures, error: error, at: now, retryAt: now + wait, counts: isCounted)
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
    // The count is that of the attempts, and of the crashes.
    let waiting = delivery.with(deliveries: max(1, failures.attempts) + delivery.crashes, failures: failures)
    if case .log = delivery.source {
      state.batch.count(delivery, deliveries: waiting.deliveries, failures: failures)
    }
    state.active -= 1
    state.held[delivery.key, default: []].prepend(waiting)
    alarmSchedule.yield(.retry(ScheduledRetry(shard: delivery.shard, key: delivery.key, due: .now + wait)))
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
    // What is no event has no key, and no order among others of its kind.
    guard !key.isEmpty else { return resumeNext(of: key, in: state) }
    state.blocked.insert(key)
    for waiting in state.held.removeValue(forKey: Identifier(key)) ?? [] {
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
    state.park(
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

  /// Lets the next delivery of a key go on, where no runner has just handled one; while the worker is stopping there may be none any
  /// more, and it is left to the next owner.
  private func startNext(of key: String, in state: ShardState) {
    if !isDraining { resumeNext(of: key, in: state) }
  }

  /// Lets the next delivery of a key go on after one was handled, unless the shard is to be given back.
  private func resumeNext(of key: String, in state: ShardState) {
    guard !state.held.isEmpty, var waiting = state.held[key] else { return }
    guard let next = waiting.popFirst() else {
      state.held[key] = nil
      return
    }
    guard !state.isRetiring else {
      state.postponed.insert(key)
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
    guard let state = state(of: retry.shard) else { return }
    startNext(of: retry.key, in: state)
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
      if isDraining, running == 0, hasNothingToRun { return nil }
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
    state.active -= settled
    inFlight -= settled
    metrics.committed.increment(by: settled)
    wakeAll()
  }

  // MARK: History

  /// Waits for a shard whose history is to be handled before its log; nil when the worker is stopping.
  func nextToCatchUp() async -> OwnedShard? {
    while !isDraining {
      if let state = shards.values.first(where: { $0.isCatchingUp && !$0.isRetiring }) { return state.shard }
      await catchUp.wait()
    }
    return nil
  }

  /// Begins a page of a shard's history.
  ///
  /// - Returns: the number of its commit; nil if the shard is lost, to be given back, or the worker is stopping.
  func beginHistoryPage(_ shard: OwnedShard) -> Int? {
    guard goesOn(with: shard), let state = state(of: shard) else { return nil }
    state.active += 1
    inFlight += 1
    state.commits += 1
    return state.commits
  }

  /// Ends a page.
  ///
  /// - Parameter page: what was committed; nil if nothing was.
  func endHistoryPage(_ shard: OwnedShard, page: HistoryPage?) {
    if let page {
      metrics.handled.increment(by: page.count - page.dead.count - page.dead.parked)
      metrics.dead.increment(by: page.dead.count)
      metrics.parked.increment(by: page.dead.parked)
      metrics.committed.increment(by: page.count)
    }
    guard let state = state(of: shard) else { return }
    // Commits are numbered without gaps.
    if page == nil { state.commits -= 1 }
    state.active -= 1
    inFlight -= 1
    observers.wake()
  }

  /// False if a shard is lost or to be given back, or the worker is stopping.
  func goesOn(with shard: OwnedShard) -> Bool {
    guard let state = state(of: shard) else { return false }
    return !isDraining && !state.isRetiring
  }

  /// Lets the log of a shard be read.
  ///
  /// - Parameter blocked: keys that have dead letters.
  func caughtUp(_ shard: OwnedShard, blocked: Set<Identifier>) {
    guard let state = state(of: shard) else { return }
    state.blocked.formUnion(blocked)
    state.isCatchingUp = false
    reader.wake()
  }

  // MARK: Stopping

  /// Stops reading and retrying; what has been admitted is handled and committed.
  func drain() {
    isDraining = true
    alarmSchedule.finish()
    newsForLeases.finish()
    // Nothing is handled while the breaker is open.
    if breaker.isOpen { _ = returnUnbegun() }
    wakeAll()
  }

  /// Gives up on what has not begun: it stays pending, for the next owner.
  ///
  /// - Parameter number: of the only shard that is meant; nil for everything, because the worker is stopping.
  /// - Returns: how many events that are.
  func returnUnbegun(of number: Int? = nil) -> Int {
    isGivingUp = isGivingUp || number == nil
    var returned = 0
    func isReturned(_ shard: OwnedShard, _ count: Int) -> Bool {
      guard number == nil || shard.number == number else { return false }
      if let state = state(of: shard) {
        state.active -= count
        inFlight -= count
      }
      returned += count
      return true
    }
    pages.removeAll { isReturned($0.shard, $0.count) }
    ready.removeAll { isReturned($0.shard, 1) }
    // Others of the same key wait behind these: a worker that may keep the shard goes on with them.
    if number == nil { resumed.removeAll { isReturned($0.shard, 1) } }
    wakeAll()
    return returned
  }

  var summary: (inFlight: Int, waiting: Int) {
    (inFlight, shards.values.reduce(0) { $0 + $1.held.values.reduce(0) { $0 + $1.count } })
  }

  private func state(of shard: OwnedShard) -> ShardState? {
    guard let state = shards[shard.number], state.shard.term == shard.term else { return nil }
    return state
  }

  /// The same, for one delivery after the other: looked up only when the shard isn't that of the one before.
  private func state(of shard: OwnedShard, unless known: inout ShardState?) -> ShardState? {
    if known?.shard.number != shard.number || known?.shard.term != shard.term { known = state(of: shard) }
    return known
  }

  private func wakeAll() {
    reader.wake()
    runners.wake()
    committer.wake()
    observers.wake()
    catchUp.wake()
  }
}
