import CoreMetrics
import DequeModule
import Logging
import Redis

extension Pipeline {
  /// Takes in what became of what a runner was given.
  func settle(_ work: Work) {
    switch work {
    case .deliveries(let run): settle(run)
    case .page(let run): settle(run)
    }
    committer.wake()
    if !turns.isEmpty { runners.wake() }
  }

  private func settle(_ run: DeliveryRun) {
    settleEarly(run)
    // Of what is stored together, of several shards, there is no rest.
    let rest = run.rest
    running -= rest.count
    guard let shard = run.deliveries.first?.shard, let state = state(of: shard) else { return }
    state.run = nil
    takeBack(Array(rest), in: state)
  }

  /// Takes in what has become of some deliveries, before the others are through.
  func settleEarly(_ run: DeliveryRun) {
    let settled = run.takeOutcomes()
    running -= settled.count
    for (delivery, outcome) in settled {
      observe(delivery, outcome)
      if let state = state(of: delivery.shard) { settle(delivery, outcome, in: state) }
    }
  }

  private func settle(_ run: PageRun) {
    running -= run.page.count
    guard let state = state(of: run.page.shard) else { return }
    state.run = nil
    metrics.handled.increment(by: run.done)
    let batch = run.exchangeBatch(for: state.newBatch())
    for place in max(0, run.done - service.breaker.window)..<run.done { breaker.succeeded(run.page.id(place)) }
    state.returnBatch(batch, settling: run.takeSettled())
    let rest = run.rest
    if rest.count > 0, !returns(rest.count, in: state) {
      state.pages.prepend(rest)
      takeTurns(state)
    }
    if let failed = run.failed {
      observe(failed.delivery, failed.outcome)
      settle(failed.delivery, failed.outcome, in: state)
    }
  }

  /// Takes back what a runner has not begun.
  private func takeBack(_ deliveries: [Delivery], in state: ShardState) {
    let kept = deliveries.filter { _ in !returns(1, in: state) }
    // The key of what is handled side by side is held for it.
    if service.concurrency > 1 {
      state.resumed.prepend(contentsOf: kept)
    } else {
      state.ready.prepend(contentsOf: kept)
    }
    takeTurns(state)
  }

  /// Gives up on events that have not begun, if the worker is to or the shard is to be given back.
  private func returns(_ count: Int, in state: ShardState) -> Bool {
    guard isGivingUp || (state.isRetiring && service.concurrency == 1) else { return false }
    state.active -= count
    load.leave(count)
    state.forgetPending()
    return true
  }

  // MARK: The circuit breaker

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
    case .failed(_, _, counts: true) where state(of: delivery.shard) != nil: break
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

  /// Lets one delivery probe whether an outage is over.
  func probeIsDue() {
    runners.wake()
    reader.wake()
  }

  // MARK: Outcomes

  private func settle(_ delivery: Delivery, _ outcome: Outcome, in state: ShardState) {
    switch outcome {
    case .done(let effects):
      metrics.handled.increment()
      state.acknowledge(delivery, effects)
      // A letter's successor waits for its commit.
      if case .log = delivery.source { resumeNext(of: delivery.key, in: state) }
    case .failed(let error, let delay, let counts):
      fail(delivery, error: error, delay: delay, counts: counts, in: state)
    case .held(let unread):
      hold(delivery, unread, in: state)
    case .dead(let reason):
      bury(delivery, reason: reason, failures: delivery.failures, in: state)
    case .deferred where state.blocked.contains(delivery.key):
      park(delivery, in: state)
    case .deferred:
      state.active -= 1
      state.held[delivery.key, default: []].append(delivery)
    case .returned:
      state.active -= 1
      load.leave(1)
      // What follows of its key must not be handled before it.
      if state.held[delivery.key] == nil { state.held[delivery.key] = [] }
    }
  }

  private func fail(_ delivery: Delivery, error: String, delay: Duration?, counts: Bool, in state: ShardState) {
    let now = Timestamp.now()
    let policy = service.retry
    var generator = SystemRandomNumberGenerator()
    let wait = max(policy.backoff.delay(attempt: delivery.attempt, using: &generator), delay ?? .zero)
    let isCounted = counts && self.counts(failureOf: delivery, error)
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
      state.settle(delivery, isCounted: true) { $0.count(delivery, deliveries: waiting.deliveries, failures: failures) }
    }
    state.active -= 1
    state.held[delivery.key, default: []].prepend(waiting)
    alarmSchedule.yield(.retry(ScheduledRetry(shard: delivery.shard, key: delivery.key, due: .now + wait)))
    observers.wake()
  }

  /// Leaves an event to a worker that reads it, unless none has come for too long. The shard is to go to such a worker.
  private func hold(_ delivery: Delivery, _ unread: Unread, in state: ShardState) {
    if state.known.note(unread.need) { newsForLeases.yield() }
    let limit = service.retry.holdTime
    if let since = delivery.failures?.firstAt, since + limit <= .now() {
      return bury(delivery, reason: unread.reason, failures: delivery.failures, needs: unread.need, in: state)
    }
    fail(delivery, error: unread.reason, delay: min(limit, Self.holdInterval), counts: false, in: state)
  }

  /// How often is looked whether an event has been held too long.
  private static let holdInterval = Duration.seconds(10)

  private func bury(
    _ delivery: Delivery, reason: String, failures: Failures?, needs: ReadingNeed? = nil, in state: ShardState
  ) {
    metrics.dead.increment()
    log.error(
      "moved an event to the dead letters",
      metadata: ["event": "\(delivery.header.id)", "shard": "\(delivery.shard.number)", "reason": "\(reason)"])
    let key = delivery.key
    switch delivery.source {
    case .log:
      state.settle(delivery) {
        $0.bury(letter(delivery, reason: reason, failures: failures, needs: needs, isParked: false))
      }
    case .letter(let id):
      state.active -= 1
      load.leave(1)
      state.known.setbacks.settled(delivery.place)
      state.redriving.remove(key)
      state.batch.endRedrive(of: key)
      state.batch.note(letter(delivery, reason: reason, failures: failures, needs: needs, isParked: false), of: id)
    }
    // What is no event has no key, and no order among others of its kind.
    guard !key.isEmpty else { return resumeNext(of: key, in: state) }
    block(key, in: state)
  }

  /// Has what waits of a key parked, and what comes of it later.
  func block(_ key: String, in state: ShardState) {
    state.blocked.insert(key)
    for waiting in state.held.removeValue(forKey: Identifier(key)) ?? [] {
      if case .letter = waiting.source {
        load.leave(1)
      } else {
        state.active += 1
        park(waiting, in: state)
      }
    }
  }

  func park(_ delivery: Delivery, in state: ShardState) {
    metrics.parked.increment()
    state.park(
      letter(delivery, reason: "waits behind a dead letter of key \(delivery.key)", failures: nil, isParked: true))
    committer.wake()
  }

  private func letter(
    _ delivery: Delivery, reason: String, failures: Failures?, needs: ReadingNeed? = nil, isParked: Bool
  ) -> CommitBatch.Letter {
    CommitBatch.Letter(
      delivery: delivery, isParked: isParked,
      about: DeadLetter.About(
        reason: reason, attempts: isParked ? 0 : failures?.attempts ?? max(1, delivery.crashes), failures: failures,
        worker: settings.name, at: .now(), needs: needs))
  }

  // MARK: What follows of a key

  /// Lets the next delivery of a key go on, where no runner has just handled one; while the worker is stopping there may be none any
  /// more, and it is left to the next owner.
  func startNext(of key: String, in state: ShardState) {
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
    state.resumed.append(next)
    if case .log = next.source, service.concurrency == 1, !state.redriving.contains(key) {
      // One runner handles everything in order: no need to hold the key.
      state.active += waiting.count
      state.resumed.append(contentsOf: waiting)
      state.held[key] = nil
    } else {
      state.held[key] = waiting
    }
    takeTurns(state)
  }

  /// Lets a delivery whose retry is due go on, unless its shard is gone or the worker is stopping.
  func retryIsDue(_ retry: ScheduledRetry) {
    guard let state = state(of: retry.shard) else { return }
    startNext(of: retry.key, in: state)
    runners.wake()
  }
}
