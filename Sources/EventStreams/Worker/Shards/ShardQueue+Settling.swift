import DequeModule
import HiredisClient

/// What becomes of events.
extension ShardQueue {
  /// How often is looked whether an event has been held too long.
  private static let holdInterval = Duration.seconds(10)

  /// Takes in what has become of an event that was given out.
  ///
  /// - Parameter counts: whether a failure is held against it.
  mutating func settle(
    _ delivery: Delivery, _ outcome: Outcome, counts: Bool, at now: Moment, _ orders: inout Orders
  ) {
    lent -= delivery.load
    switch outcome {
    case .done(let effects, let span):
      orders.handled += 1
      acknowledge(delivery, effects, span, at: now)
      // A letter's successor waits for its commit.
      if case .log = delivery.source { resumeNext(of: delivery.key) }
    case .failed(let error, let delay, _):
      fail(delivery, error: error, delay: delay, counts: counts, at: now, &orders)
    case .held(let unread):
      hold(delivery, unread, at: now, &orders)
    case .dead(let reason):
      bury(delivery, reason: reason, failures: delivery.failures, at: now, &orders)
    case .deferred where blocked.contains(delivery.key):
      park(delivery, at: now, &orders)
    case .deferred:
      held.append(delivery)
    case .returned:
      // What follows of its key must not be handled before it.
      held.hold(delivery.key)
    }
  }

  /// Takes in that an event was handled.
  mutating func acknowledge(_ delivery: Delivery, _ effects: Effects, _ span: HandledSpan? = nil, at now: Moment) {
    settle(delivery, effects, at: now) { [prefix] in $0.acknowledge(delivery, effects, span, prefix: prefix) }
  }

  /// Has what becomes of an event join the batch; alone, where the server has refused one that held it, and for a dead letter.
  ///
  /// - Parameter isOpen: true for one that stays pending, with one more attempt.
  private mutating func settle(
    _ delivery: Delivery, _ effects: Effects = .none, isOpen: Bool = false, at now: Moment,
    _ join: (inout CommitBatch) -> Void
  ) {
    var isAlone = known.setbacks.singlyThrough.map { delivery.entryID <= $0 } ?? false
    if case .letter = delivery.source { isAlone = true }
    if isAlone { commits.closeBatch() }
    foreseen.apply(effects, batch: commits.closed + 1)
    commits.settle(delivery, isOpen: isOpen, isAlone: isAlone, at: now.instant, join)
    foreseen.release(delivery.reads)
  }

  private mutating func fail(
    _ delivery: Delivery, error: String, delay: Duration?, counts: Bool, at now: Moment, _ orders: inout Orders
  ) {
    let policy = rules.retry
    var generator = SystemRandomNumberGenerator()
    let wait = max(policy.backoff.delay(attempt: delivery.attempt, using: &generator), delay ?? .zero)
    let failures = Failures(
      after: delivery.failures, error: error, at: now.time, retryAt: now.time + wait, counts: counts)
    guard failures.attempts < policy.maxAttempts else {
      return bury(delivery, reason: error, failures: failures, at: now, &orders)
    }
    orders.retried += 1
    orders.notes.append(.willRetry(delivery, failures, in: wait))
    // The count is that of the attempts, and of the crashes.
    let waiting = delivery.with(deliveries: max(1, failures.attempts) + delivery.crashes, failures: failures)
    if case .log = delivery.source {
      settle(delivery, isOpen: true, at: now) {
        $0.count(delivery, deliveries: waiting.deliveries, failures: failures)
      }
    }
    held.prepend(waiting)
    orders.alarms.append(.retry(ScheduledRetry(shard: shard, key: delivery.key, due: now.instant + wait)))
  }

  /// Leaves an event to a worker that reads it, unless none has come for too long. The shard is to go to such a worker.
  private mutating func hold(_ delivery: Delivery, _ unread: Unread, at now: Moment, _ orders: inout Orders) {
    if known.note(unread.need) { orders.looksAtLeases = true }
    let limit = rules.retry.holdTime
    if let since = delivery.failures?.firstAt, since + limit <= now.time {
      return bury(
        delivery, reason: unread.reason, failures: delivery.failures, needs: unread.need, at: now, &orders)
    }
    fail(
      delivery, error: unread.reason, delay: min(limit, Self.holdInterval), counts: false, at: now, &orders)
  }

  private mutating func bury(
    _ delivery: Delivery, reason: String, failures: Failures?, needs: ReadingNeed? = nil, at now: Moment,
    _ orders: inout Orders
  ) {
    orders.dead += 1
    orders.notes.append(.buried(delivery, reason: reason))
    let key = delivery.key
    let letter = letter(delivery, reason: reason, failures: failures, needs: needs, isParked: false, at: now)
    switch delivery.source {
    case .log: settle(delivery, at: now) { $0.bury(letter) }
    case .letter(let id):
      known.setbacks.settled(delivery.place)
      commits.endRedrive(letter, of: id)
    }
    // What is no event has no key, and no order among others of its kind.
    guard !key.isEmpty else { return resumeNext(of: key) }
    block(key, at: now, &orders)
  }

  /// Has what waits of a key parked, and what comes of it later.
  mutating func block(_ key: String, at now: Moment, _ orders: inout Orders) {
    blocked.insert(key)
    // When the pause is over, its dead letters may be about to be handled again.
    paused.remove(key)
    for waiting in held.release(key) {
      // A letter stays where it is.
      if case .log = waiting.source { park(waiting, at: now, &orders) }
    }
  }

  /// Has an event of a blocked key go to the dead letters.
  mutating func park(_ delivery: Delivery, at now: Moment, _ orders: inout Orders) {
    orders.parked += 1
    parking[delivery.key, default: 0] += 1
    let letter = letter(
      delivery, reason: "waits behind a dead letter of key \(delivery.key)", failures: nil, isParked: true, at: now)
    settle(delivery, at: now) { $0.bury(letter) }
  }

  private func letter(
    _ delivery: Delivery, reason: String, failures: Failures?, needs: ReadingNeed? = nil, isParked: Bool, at now: Moment
  ) -> CommitBatch.Letter {
    CommitBatch.Letter(
      delivery: delivery, isParked: isParked,
      about: DeadLetter.About(
        reason: reason, attempts: isParked ? 0 : failures?.attempts ?? max(1, delivery.crashes), failures: failures,
        worker: rules.worker, at: now.time, needs: needs))
  }

  // MARK: What follows of a key

  /// Lets the next delivery of a key go on, where no runner has just handled one; while the worker is stopping there may be none any
  /// more, and it is left to the next owner.
  mutating func startNext(of key: String) {
    if stop == .no { resumeNext(of: key) }
  }

  /// Lets the next delivery of a key go on after one was handled, unless the shard is to be given back.
  private mutating func resumeNext(of key: String) {
    guard held.holds(key) else { return }
    guard held.first(of: key) != nil else {
      _ = held.release(key)
      return
    }
    if case .retiring(let earlier, var postponed) = phase {
      postponed.insert(key)
      phase = .retiring(from: earlier, postponed: postponed)
      return
    }
    guard let next = held.popFirst(of: key) else { return }
    resumed.append(next)
    if case .log = next.source, rules.isSerial, !redriving.contains(key) {
      // One runner handles everything in order: no need to hold the key.
      for waiting in held.release(key) { resumed.append(waiting) }
    }
  }
}
