import BasicContainers

/// What is handled, and what becomes of it.
extension Scheduler {
  /// What may be handled now.
  func permission(at now: ContinuousClock.Instant) -> CircuitBreaker.Permission {
    pauses.whole == nil ? breaker.permission(at: now) : .nothing
  }

  /// What may be handled now, of one shard; nil if nothing.
  mutating func take(at now: Moment) -> (shard: OwnedShard, prefix: String, taken: ShardQueue.Taken)? {
    switch permission(at: now.instant) {
    case .nothing: return nil
    case .everything where rules.storesEvents: return takeStored(at: now)
    case .everything: return take { queue, orders in queue.take(at: now, &orders) }
    case .oneProbe:
      guard
        let probe = take({ queue, orders in queue.takeProbe(isFresh: true, at: now, &orders) })
          ?? take({ queue, orders in queue.takeProbe(isFresh: false, at: now, &orders) })
      else { return nil }
      if case .deliveries = probe.taken { breaker.beginProbe() }
      return probe
    }
  }

  /// How many events make a transaction large enough for a store.
  private static let fullTransaction = 2000

  /// What is ready of all shards, for a store: one transaction costs it less than one for each shard.
  private mutating func takeStored(
    at now: Moment
  ) -> (shard: OwnedShard, prefix: String, taken: ShardQueue.Taken)? {
    var all: [Delivery] = []
    for _ in queues.indices where all.count < Self.fullTransaction {
      guard case .deliveries(let some)? = take({ queue, orders in queue.take(at: now, &orders) })?.taken else { break }
      all += some
    }
    guard let first = all.first, let index = index(of: first.shard) else { return nil }
    return (first.shard, queues[index].prefix, .deliveries(all))
  }

  /// Shards take turns.
  private mutating func take(
    _ take: (inout ShardQueue, inout Orders) -> ShardQueue.Taken?
  ) -> (shard: OwnedShard, prefix: String, taken: ShardQueue.Taken)? {
    let first = queues.indices.first { queues[$0].shard.number > turn } ?? 0
    for step in queues.indices {
      let index = (first + step) % queues.count
      guard queues[index].hasWork, let taken = take(&queues[index], &orders) else { continue }
      turn = queues[index].shard.number
      return (queues[index].shard, queues[index].prefix, taken)
    }
    return nil
  }

  /// Takes in what became of deliveries.
  ///
  /// - Parameter rest: what was not begun.
  mutating func settle(
    _ settled: [(Delivery, Outcome)], rest: [Delivery] = [], at now: Moment
  ) {
    for (delivery, outcome) in settled {
      let index = index(of: delivery.shard)
      let counts = judge(delivery, outcome, isOwned: index != nil, at: now.instant)
      if let index { queues[index].settle(delivery, outcome, counts: counts, at: now, &orders) }
    }
    // Of what is stored together, of several shards, there is no rest.
    if let shard = rest.first?.shard, let index = index(of: shard) { queues[index].takeBack(rest) }
  }

  /// Takes in what became of a page.
  ///
  /// - Parameters:
  ///   - done: how many of its first entries have been handled, since it was given out.
  ///   - settled: those of them that are settled in this batch.
  ///   - failed: the one after these, and what became of it.
  ///   - rest: what was not begun.
  mutating func settle(
    _ page: Page, done: Int, _ settled: Page, with batch: CommitBatch, failed: (delivery: Delivery, outcome: Outcome)?,
    rest: Page, at now: Moment
  ) {
    guard let index = index(of: page.shard) else { return }
    orders.handled += done
    for place in max(0, done - rules.breaker.attempts)..<done { breaker.succeeded(page.id(place)) }
    queues[index].settle(settled, with: batch, at: now)
    queues[index].takeBack(rest)
    if let failed { settle([failed], at: now) }
  }

  /// Takes in what has become of a page so far.
  mutating func settle(_ settled: Page, with batch: CommitBatch, at now: Moment) {
    if let index = index(of: batch.shard) { queues[index].settle(settled, with: batch, at: now) }
  }

  /// Takes back a page, decoded.
  mutating func decoded(_ page: Page, _ deliveries: [Delivery]) {
    if let index = index(of: page.shard) { queues[index].decoded(page, deliveries) }
  }

  /// Lets a delivery whose retry is due go on, unless its shard is gone or the worker is stopping.
  mutating func retryIsDue(_ retry: ScheduledRetry) {
    if let index = index(of: retry.shard) { queues[index].startNext(of: retry.key) }
  }

  // MARK: The circuit breaker

  /// Has the circuit breaker know of an outcome; true if it is a failure that counts against the event.
  private mutating func judge(
    _ delivery: Delivery, _ outcome: Outcome, isOwned: Bool, at now: ContinuousClock.Instant
  ) -> Bool {
    let wasOpen = breaker.isOpen
    switch outcome {
    case .done where delivery.callsHandler:
      breaker.succeeded(delivery.entryID)
      guard wasOpen else { return false }
      orders.notes.append(.outageIsOver)
      orders.looksAtLeases = true
      return false
    case .failed(let error, _, counts: true) where isOwned:
      let counts = breaker.failed(delivery.entryID, error: error, at: now)
      if let due = breaker.probeAt { orders.alarms.append(.probe(due: due)) }
      guard breaker.isOpen, !wasOpen else { return counts }
      orders.notes.append(.outage(error: error))
      orders.looksAtLeases = true
      return counts
    default:
      breaker.provedNothing(at: now)
      return false
    }
  }
}
