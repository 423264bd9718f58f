import Redis

/// Has the events of a page of history handled: in the order of the log per key, with what fails tried again in place.
struct HistoryHandler: Sendable {
  let service: EventService
  let namespace: Namespace
  let worker: String

  /// What is to become of an event.
  private enum Settled {
    case done(Effects)
    case dead(reason: String, Failures?, needs: ReadingNeed? = nil)
    case parked
  }

  /// Handles events until all are settled, or until there is no time to wait for another attempt.
  ///
  /// - Parameters:
  ///   - run: is told what is written.
  ///   - blocked: keys that have dead letters; those that get some are added.
  ///   - mayWait: whether to go on trying.
  ///   - onFailure: is told of an attempt that failed.
  /// - Returns: the page with what was settled, up to the first event that was not: that may be one that reads what the page writes.
  func handle(
    _ events: [RecordedEvent], of shard: OwnedShard, in run: HistoryRun, blocked: inout Set<Identifier>,
    mayWait: () async -> Bool,
    onFailure: (Delivery, String) -> Void
  ) async -> HistoryPage {
    var deliveries = deliveries(events, shard)
    var settled: [Int: Settled] = [:]
    // An outage must not fill the dead letters: an event is given up on only if another has succeeded since the last was.
    var hasSucceeded = true
    var open = Array(deliveries.indices)
    while true {
      for index in open where blocked.contains(deliveries[index].key) { settled[index] = .parked }
      open.removeAll { settled[$0] != nil }
      var delay = Duration.zero
      for (index, outcome) in await outcomes(open, deliveries, run) {
        switch outcome {
        case .done(let effects):
          settled[index] = .done(effects)
          if deliveries[index].callsHandler { hasSucceeded = true }
        case .held(let unread):
          settled[index] = .dead(reason: unread.reason, deliveries[index].failures, needs: unread.need)
          if !deliveries[index].key.isEmpty { blocked.insert(deliveries[index].key) }
        case .dead(let reason):
          settled[index] = .dead(reason: reason, deliveries[index].failures)
          if !deliveries[index].key.isEmpty { blocked.insert(deliveries[index].key) }
        case .failed(let error, let wait, let counts):
          onFailure(deliveries[index], error)
          let failure = Failures(
            after: deliveries[index].failures, error: error, at: .now(), retryAt: nil, counts: counts)
          deliveries[index] = deliveries[index].with(deliveries: 1, failures: failure)
          if counts, failure.attempts >= service.retry.maxAttempts, hasSucceeded {
            hasSucceeded = false
            settled[index] = .dead(reason: error, failure)
            blocked.insert(deliveries[index].key)
          } else {
            var generator = SystemRandomNumberGenerator()
            let backoff = service.retry.backoff.delay(attempt: failure.attempts, using: &generator)
            delay = max(delay, backoff, wait ?? .zero)
          }
        case .deferred, .returned: break
        }
      }
      open.removeAll { settled[$0] != nil }
      if open.isEmpty || run.isCut { break }
      guard await wait(delay, while: mayWait) else { break }
    }
    return page(of: shard, deliveries, events, settled)
  }

  /// Waits, as long as that is allowed; false if it is not.
  private func wait(_ time: Duration, while mayWait: () async -> Bool) async -> Bool {
    let end = ContinuousClock.now + time
    while await mayWait() {
      let left = end - .now
      if left <= .zero { return true }
      guard (try? await Task.sleep(for: min(left, .milliseconds(100)))) != nil else { return false }
    }
    return false
  }

  /// Gives up on events, for a reason that lies in none of their handlers.
  func condemn(
    _ events: [RecordedEvent], of shard: OwnedShard, blocked: inout Set<Identifier>, because reason: String
  ) -> HistoryPage {
    let deliveries = deliveries(events, shard)
    var settled: [Int: Settled] = [:]
    for (index, delivery) in deliveries.enumerated() {
      settled[index] = .dead(reason: reason, nil)
      if !delivery.key.isEmpty { blocked.insert(delivery.key) }
    }
    return page(of: shard, deliveries, events, settled)
  }

  private func deliveries(_ events: [RecordedEvent], _ shard: OwnedShard) -> [Delivery] {
    var decoder = EntryDecoder(service: service)
    return events.map { decoder.decode($0.json.span, entryID: $0.entryID, shard: shard, topic: nil, deliveries: 1) }
  }

  private func page(
    of shard: OwnedShard, _ deliveries: [Delivery], _ events: [RecordedEvent], _ settled: [Int: Settled]
  ) -> HistoryPage {
    let prefix = namespace.state(shard.number, service.name, "")
    var page = HistoryPage(
      shard: shard, routes: ShardRoutes(namespace, shard: shard.number, service: service.name))
    for (index, delivery) in deliveries.enumerated() {
      switch settled[index] {
      case .done(let effects): page.settle(delivery, effects, prefix: prefix)
      case .dead(let reason, let failures, let need):
        page.bury(
          delivery, json: events[index].json, about: about(reason, failures?.attempts ?? 1, failures, need),
          isParked: false)
      case .parked:
        page.bury(
          delivery, json: events[index].json,
          about: about("waits behind a dead letter of key \(delivery.key)", 0, nil), isParked: true)
      case nil: return page
      }
    }
    return page
  }

  private func about(
    _ reason: String, _ attempts: Int, _ failures: Failures?, _ need: ReadingNeed? = nil
  ) -> DeadLetter.About {
    DeadLetter.About(
      reason: reason, attempts: attempts, failures: failures, worker: worker, at: .now(), needs: need)
  }

  // MARK: Running

  /// Runs the handlers: keys side by side, as many as the service wants; what follows a failed event of its key is deferred.
  private func outcomes(_ indexes: [Int], _ deliveries: [Delivery], _ run: HistoryRun) async -> [(Int, Outcome)] {
    let runner = Runner(service: service, limiter: nil)
    guard service.concurrency > 1 else {
      return Array(zip(indexes, await runner.run(indexes.map { deliveries[$0] }, notedIn: run)))
    }
    var groups = Dictionary(grouping: indexes) { Identifier(deliveries[$0].key) }.values.makeIterator()
    return await withTaskGroup(of: [(Int, Outcome)].self) { tasks in
      func addNext() {
        guard let group = groups.next() else { return }
        tasks.addTask { Array(zip(group, await runner.run(group.map { deliveries[$0] }, notedIn: run))) }
      }
      for _ in 0..<service.concurrency { addNext() }
      var all: [(Int, Outcome)] = []
      for await some in tasks {
        all += some
        addNext()
      }
      return all
    }
  }
}
