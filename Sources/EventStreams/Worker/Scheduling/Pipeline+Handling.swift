import CoreMetrics
import DequeModule

extension Pipeline {
  /// Waits for what may be handled now, of one shard: one delivery or a few for a service that handles keys side by side; for one that
  /// handles them one after the other all that is ready, in log order, or a page. Nil when the worker is stopping and nothing is left
  /// to do.
  func nextWork() async -> Work? {
    while true {
      if let work = takeWork() { return work }
      if isDraining {
        // What was left to run may have turned out to wait for something else: there may be no more to commit.
        committer.wake()
        return nil
      }
      await runners.wait()
    }
  }

  private func takeWork() -> Work? {
    switch permission {
    case .everything:
      if service.storesEvents { return takeStored() }
      while let state = turns.popFirst() {
        state.isInTurn = false
        defer { takeTurns(state) }
        if let work = takeWork(of: state) { return begin(work, of: state) }
      }
      return nil
    case .oneProbe:
      guard let (state, probe) = takeProbe() else { return nil }
      breaker.beginProbe()
      return begin(.deliveries(DeliveryRun([probe])), of: state)
    case .nothing: return nil
    }
  }

  /// What is ready of all shards, for a store: one transaction costs it less than one for each shard.
  private func takeStored() -> Work? {
    var taken: [Delivery] = []
    for _ in 0..<turns.count where taken.count < Self.fullTransaction {
      guard let state = turns.popFirst() else { break }
      state.isInTurn = false
      taken += takeDeliveries(of: state)
      takeTurns(state)
    }
    guard !taken.isEmpty else { return nil }
    running += taken.count
    return .deliveries(DeliveryRun(taken))
  }

  /// How many events make a transaction large enough for a store.
  private static let fullTransaction = 2000

  private func begin(_ work: Work, of state: ShardState) -> Work {
    switch work {
    case .deliveries(let run): running += run.deliveries.count
    case .page(let run): running += run.page.count
    }
    if service.concurrency == 1 { state.run = work }
    return work
  }

  private func takeWork(of state: ShardState) -> Work? {
    while true {
      let deliveries = takeDeliveries(of: state)
      if !deliveries.isEmpty { return .deliveries(DeliveryRun(deliveries)) }
      guard state.ready.isEmpty, state.resumed.isEmpty, let page = state.pages.popFirst() else { return nil }
      if state.held.isEmpty, state.blocked.isEmpty, !pauses.isPartial {
        return .page(PageRun(page, addingTo: state.lendBatch(), prefix: state.prefix))
      }
      // Its events may not simply be handled one after the other.
      unpack(page, in: state)
    }
  }

  private func unpack(_ page: Page, in state: ShardState) {
    var decoder = EntryDecoder(service: service)
    state.ready.append(contentsOf: page.deliveries(&decoder))
  }

  private func takeDeliveries(of state: ShardState) -> [Delivery] {
    // Side by side means one each, but where many wait a few each save as many visits here.
    let limit =
      service.concurrency == 1 ? settings.batchSize : max(1, min(4, state.ready.count / (4 * service.concurrency)))
    let taken = takeResumed(limit, of: state)
    // A letter is handled alone, so that it is committed alone.
    if case .letter? = taken.last?.source { return taken }
    return taken + takeReady(limit - taken.count, of: state)
  }

  /// A fresh event first: what failed before may fail for reasons of its own.
  private func takeProbe() -> (ShardState, Delivery)? {
    defer {
      for state in turns where !state.hasWork { state.isInTurn = false }
      turns.removeAll { !$0.isInTurn }
    }
    for state in turns {
      while !state.ready.isEmpty || !state.pages.isEmpty {
        if state.ready.isEmpty, let page = state.pages.popFirst() { unpack(page, in: state) }
        if let delivery = takeReady(1, of: state).first { return (state, delivery) }
      }
    }
    for state in turns {
      if let delivery = takeResumed(1, of: state).first { return (state, delivery) }
    }
    return nil
  }

  /// Deliveries whose key is held for them; a letter is the only one.
  private func takeResumed(_ limit: Int, of state: ShardState) -> [Delivery] {
    var taken: [Delivery] = []
    while taken.count < limit, let delivery = state.resumed.popFirst() {
      if case .letter = delivery.source {
        guard taken.isEmpty else {
          state.resumed.prepend(delivery)
          return taken
        }
        return [delivery]
      }
      if leavesAlone(delivery, isResumed: true, in: state) { continue }
      taken.append(delivery)
    }
    return taken
  }

  private func takeReady(_ limit: Int, of state: ShardState) -> [Delivery] {
    var taken: [Delivery] = []
    var unwanted = 0
    while taken.count < limit, let delivery = state.ready.popFirst() {
      if !state.blocked.isEmpty, state.blocked.contains(delivery.key) {
        park(delivery, in: state)
        continue
      }
      if !state.held.isEmpty, state.held[delivery.key]?.append(delivery) != nil {
        state.active -= 1
        continue
      }
      if leavesAlone(delivery, isResumed: false, in: state) { continue }
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

  // MARK: Reading state

  /// What a field holds after what events before have done, if it was read ahead; nil if it is to be read, after all that they have
  /// written to it is committed.
  func value(of field: StateField, number: Int, term: Int) async throws -> String?? {
    guard let state = shards[number], state.shard.term == term else { throw CancellationError() }
    if service.readsAhead, state.history == nil {
      if case .deliveries(let run) = state.run { settleEarly(run) }
      if let known = state.foreseen.value(field) { return known }
    }
    try await commitWrites(to: StateName(field), number: number, term: term)
    return nil
  }

  /// Waits until what events before have written to a hash or stream is committed, so that reading it shows what they have done.
  ///
  /// What is meant by before: of the same key, and, for a service that handles one event after the other, all of the shard.
  func commitWrites(to name: StateName, number: Int, term: Int) async throws {
    guard let state = shards[number], state.shard.term == term else { throw CancellationError() }
    state.known.isRead = true
    if let history = state.history, !history.mayRead(name) { throw HistoryRun.BeginsNextPage() }
    switch state.run {
    case .page(let run) where run.touches(name):
      state.returnBatch(run.exchangeBatch(for: state.newBatch()), settling: run.takeSettled())
    case .deliveries(let run): settleEarly(run)
    default: break
    }
    guard state.hasUncommitted(name) else { return }
    state.closeBatch()
    let closed = state.closed
    committer.wake()
    while state.committedBatches < closed { _ = try await change(of: state.shard) }
  }
}
