/// What may be handled now.
extension ShardQueue {
  /// What is given out together.
  enum Taken: Sendable {
    /// To be handled one after the other.
    case deliveries([Delivery])
    /// To be handled up to its first failure, with the batch to add to.
    case page(Page, CommitBatch)
    /// To be decoded: its events may not simply be handled one after the other.
    case undecoded(Page)
  }

  /// What may be handled now: one delivery or a few for a service that handles keys side by side; for one that handles them one after the
  /// other all that is ready, in log order, or a page.
  mutating func take(at now: Moment, _ orders: inout Orders) -> Taken? {
    let deliveries = takeDeliveries(at: now, &orders)
    if !deliveries.isEmpty { return .deliveries(deliveries) }
    guard ready.isEmpty, resumed.isEmpty, let page = pages.popFirst() else { return nil }
    lent += page.load
    guard held.isEmpty, blocked.isEmpty, !pauses.isPartial, !known.setbacks.concern(eventsFrom: page.first) else {
      return .undecoded(page)
    }
    let batch = commits.lendBatch()
    lent += batch.load
    return .page(page, batch)
  }

  /// One event to see with whether an outage is over.
  ///
  /// - Parameter isFresh: true for one that has not failed before; what has may fail for reasons of its own.
  mutating func takeProbe(isFresh: Bool, at now: Moment, _ orders: inout Orders) -> Taken? {
    // Where one runner handles everything, what was resumed comes before what follows of its keys.
    if isFresh, rules.isSerial, !resumed.isEmpty { return nil }
    if isFresh, let delivery = takeReady(1, at: now, &orders).first { return .deliveries([delivery]) }
    if isFresh, ready.isEmpty, let page = pages.popFirst() {
      lent += page.load
      return .undecoded(page)
    }
    guard !isFresh else { return nil }
    let taken = takeResumed(1)
    takeBack(Array(taken.dropFirst()))
    return taken.first.map { .deliveries([$0]) }
  }

  /// Takes back a page that was to be decoded.
  mutating func decoded(_ page: Page, _ deliveries: [Delivery]) {
    lent -= page.load
    if !returns() { ready.prepend(deliveries.map { withoutRefused($0) }) }
  }

  private mutating func takeDeliveries(at now: Moment, _ orders: inout Orders) -> [Delivery] {
    // Side by side means one each, but where many wait a few each save as many visits here.
    let limit =
      rules.isSerial ? rules.batchSize : max(1, min(4, ready.load.events / (4 * rules.concurrency)))
    let taken = takeResumed(limit)
    // A letter is handled alone, so that it is committed alone.
    if case .letter? = taken.last?.source { return taken }
    return taken + takeReady(limit - taken.count, at: now, &orders)
  }

  /// Deliveries whose key is held for them; a letter is the only one.
  ///
  /// Where one runner handles everything in order no key is held: all are taken, so that what is taken back is looked at as what is fresh is,
  /// and none of its key is left here to go before it.
  private mutating func takeResumed(_ limit: Int) -> [Delivery] {
    let limit = rules.isSerial ? Int.max : limit
    var taken: [Delivery] = []
    while taken.count < limit, let delivery = resumed.popFirst() {
      if case .letter = delivery.source {
        guard taken.isEmpty else {
          resumed.prepend([delivery])
          return taken
        }
        lent += delivery.load
        return [delivery]
      }
      if leavesAlone(delivery, isResumed: true) { continue }
      lent += delivery.load
      taken.append(delivery)
    }
    return taken
  }

  private mutating func takeReady(_ limit: Int, at now: Moment, _ orders: inout Orders) -> [Delivery] {
    var taken: [Delivery] = []
    while taken.count < limit, let delivery = ready.popFirst() {
      if !blocked.isEmpty, blocked.contains(delivery.key) {
        park(delivery, at: now, &orders)
        continue
      }
      if held.appendIfHeld(delivery) || leavesAlone(delivery, isResumed: false) { continue }
      if !rules.isSerial {
        if case .none = delivery.work {
          // Nothing is to be done about it: no runner need see it.
          acknowledge(delivery, .none, at: now)
          orders.handled += 1
          continue
        }
        held.hold(delivery.key)
      }
      lent += delivery.load
      taken.append(delivery)
    }
    return taken
  }

  /// Takes back what a runner has not begun.
  mutating func takeBack(_ deliveries: [Delivery]) {
    for delivery in deliveries { lent -= delivery.load }
    guard !deliveries.isEmpty, !returns() else { return }
    // The key of what is handled side by side is held for it.
    if rules.isSerial { ready.prepend(deliveries) } else { resumed.prepend(deliveries) }
  }

  /// Gives up on events that have not begun, if the worker is to or the shard is to be given back.
  private mutating func returns() -> Bool {
    guard stop == .givingUp || (phase.isRetiring && rules.isSerial) else { return false }
    phase.forgetPending()
    return true
  }

  // MARK: Pages

  /// Takes in what has become of a page so far: that much of it is settled in a batch.
  mutating func settle(_ settled: Page, with batch: CommitBatch, at now: Moment) {
    lent -= batch.load
    commits.returnBatch(batch, settling: settled, at: now.instant)
  }

  /// Takes back what a runner has not begun of a page.
  mutating func takeBack(_ rest: Page) {
    lent -= rest.load
    if rest.count > 0, !returns() { pages.prepend(rest) }
  }

  // MARK: What an operator wants to be left alone

  /// Leaves a delivery alone if it is to be, with what follows of its key.
  ///
  /// - Parameter isResumed: true if its key was held for it.
  /// - Returns: false if it may be handled.
  private mutating func leavesAlone(_ delivery: Delivery, isResumed: Bool) -> Bool {
    guard pauses.isPartial, delivery.callsHandler, pauses.covers(delivery) else { return false }
    // Others of its key wait already.
    if isResumed, !rules.isSerial { held.prepend(delivery) } else { held.append(delivery) }
    paused.insert(delivery.key)
    return true
  }

  /// Takes in what is to be left alone from now on.
  mutating func pause(_ pauses: PauseSet) {
    self.pauses = pauses
    let keys = paused
    paused = []
    // What is still to be left alone is put back when its turn comes.
    for key in keys { startNext(of: key.text) }
  }
}
