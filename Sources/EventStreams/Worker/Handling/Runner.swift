import ServiceLifecycle

/// Runs a service's handlers on deliveries.
struct Runner: Sendable {
  let service: EventService
  /// The worker's name.
  let worker: String
  /// What its attempts wait for; nil if nothing limits them.
  let limiter: Limiter?
  /// What is measured; nil if nobody does.
  let timers: WorkerTimers?

  /// Handles what it is given, until it has taken too long.
  func run(_ work: Work) async {
    switch work {
    case .deliveries(let run): await self.run(run)
    case .page(let run): await self.run(run)
    case .undecoded(let run): run.decode(for: service)
    }
  }

  /// Handles deliveries one after the other; what follows a failed one of the same key is deferred.
  private func run(_ run: DeliveryRun) async {
    if case .batches(let store) = service.handling {
      for outcome in await self.run(run.deliveries, store) { run.add(outcome) }
      return
    }
    var failedKeys: Set<Identifier> = []
    var slice = TimeSlice()
    for (index, delivery) in run.deliveries.enumerated() {
      if slice.isOver(after: index) { break }
      if !failedKeys.isEmpty, failedKeys.contains(delivery.key) {
        run.add(.deferred)
        continue
      }
      let outcome = await self.run(
        delivery.work, delivery.header, delivery.entryID, shard: delivery.shard, topic: delivery.topic,
        key: delivery.key, attempt: delivery.attempt)
      // What is no event has no key, and no order among others of its kind.
      if case .done = outcome {} else if !delivery.key.isEmpty { failedKeys.insert(delivery.key) }
      run.add(outcome)
    }
  }

  /// Handles a page up to its first failure, or until it has taken too long. Each entry is decoded right before it is handled,
  /// so that what it takes of memory is used and freed while it is at hand.
  private func run(_ run: PageRun) async {
    var decoder = EntryDecoder(service: service)
    var slice = TimeSlice()
    var done = 0
    while done < run.page.count, !slice.isOver(after: done) {
      let entry = run.page.entry(done, &decoder)
      // Where keys have limits of their own there are no pages.
      let outcome = await self.run(
        entry.work, entry.header, entry.entryID, shard: run.page.shard, topic: run.page.topic(done), key: "",
        attempt: 1)
      guard case .done(let effects, let span) = outcome else {
        return run.fail(run.page.delivery(done, &decoder), outcome)
      }
      run.acknowledge(effects, span, trace: entry.header?.trace)
      done += 1
    }
  }

  /// - Parameters:
  ///   - header: of an event that is to be handled.
  ///   - topic: the one it stands in, of the shard's.
  private func run(
    _ work: Delivery.Work, _ header: EventHeader?, _ entryID: EntryID, shard: OwnedShard, topic: Int, key: String,
    attempt: Int
  ) async -> Outcome {
    switch work {
    case .none, .store: return .done(.none)
    case .held(let unread): return .held(unread)
    case .undecodable(let reason), .condemned(let reason): return .dead(reason: reason)
    case .call(var call):
      if let header, !service.middleware.isEmpty {
        call = { [service, handler = call] number in
          let attempt = EventAttempt(
            service: service.name, event: header, shard: shard.number, entryID: entryID, number: number)
          return try await service.handle(attempt, by: handler)
        }
      }
      let start = timers == nil ? nil : ContinuousClock.now
      var failure: (any Error)?
      defer { if let start { timers?.processed(since: start, failure) } }
      do {
        // Who doesn't want a trace pays nothing for it.
        guard let header,
          let handling = HandlingSpan(of: header, in: shard, topic: topic, service: service.name, worker: worker)
        else { return .done(try await self.attempt(call, attempt, shard.number, key)) }
        return try await handling.run(attempt: attempt) { try await self.attempt(call, attempt, shard.number, key) }
      } catch {
        failure = error
        return outcome(of: error)
      }
    }
  }

  private func attempt(
    _ call: @escaping EventHandler.Call, _ number: Int, _ shard: Int, _ key: String
  ) async throws -> Effects {
    guard let limiter else { return try await attempt(call, number) }
    return try await limiter.run(shard: shard, key: key) { try await attempt(call, number) }
  }

  private func attempt(_ call: @escaping EventHandler.Call, _ number: Int) async throws -> Effects {
    guard let timeout = service.timeout else { return try await call(number) }
    return try await TimedAttempt.run(within: timeout) { try await call(number) }
  }

  private func outcome(of error: any Error) -> Outcome {
    switch error {
    case let error as Unprocessable: .dead(reason: error.reason)
    case let error as RetryLater: .failed(error: error.reason, delay: error.delay, counts: error.countsAsAttempt)
    case is CancellationError where Task.isCancelled || Task.isShuttingDownGracefully: .returned
    default: .failed(error: String(describing: error), delay: nil)
    }
  }

  /// Stores a batch as a whole; if that fails, one by one, so that one bad event fails alone.
  private func run(_ deliveries: [Delivery], _ store: @Sendable (StoredBatch) async throws -> [Int: Effects]) async
    -> [Outcome]
  {
    var events: [RecordedEvent] = []
    var shards: [Int: OwnedShard] = [:]
    // What is kept of a shard goes with the last of its events.
    var last: [Int: Int] = [:]
    for (index, delivery) in deliveries.enumerated() {
      guard case .store(let event) = delivery.work else { continue }
      events.append(event)
      shards[event.shard] = delivery.shard
      last[event.shard] = index
    }
    let spans = deliveries.map { delivery in
      HandlingSpan(
        of: delivery.header, in: delivery.shard, topic: delivery.topic, service: service.name, worker: worker)
    }
    do {
      let effects = events.isEmpty ? [:] : try await store(StoredBatch(events: events, shards: shards))
      return deliveries.enumerated().map { index, delivery in
        if case .condemned(let reason) = delivery.work { return .dead(reason: reason) }
        let number = delivery.shard.number
        return .done(last[number] == index ? effects[number] ?? .none : .none, spans[index]?.end())
      }
    } catch {
      for span in spans { span?.fail(error) }
      guard deliveries.count > 1 else { return deliveries.map { _ in outcome(of: error) } }
      var outcomes: [Outcome] = []
      for delivery in deliveries { outcomes += await run([delivery], store) }
      return outcomes
    }
  }
}
