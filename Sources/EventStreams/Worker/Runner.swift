import Tracing

/// Runs a service's handlers on deliveries.
struct Runner: Sendable {
  let service: EventService

  /// Handles deliveries one after the other; what follows a failed one of the same key is deferred.
  func run(_ deliveries: [Delivery]) async -> [Outcome] {
    if case .batches(let store) = service.handling { return await run(deliveries, store) }
    var outcomes: [Outcome] = []
    outcomes.reserveCapacity(deliveries.count)
    var failedKeys: Set<String> = []
    for delivery in deliveries {
      if !failedKeys.isEmpty, failedKeys.contains(delivery.key) {
        outcomes.append(.deferred)
        continue
      }
      let outcome = await run(delivery)
      // What is no event has no key, and no order among others of its kind.
      if case .done = outcome {} else if !delivery.key.isEmpty { failedKeys.insert(delivery.key) }
      outcomes.append(outcome)
    }
    return outcomes
  }

  /// Entries that are decoded at a time, so that what they allocate is used and freed while it is at hand.
  private static let stretch = 32

  /// Handles a page up to its first failure.
  ///
  /// - Parameters:
  ///   - batch: what is handled is added to it.
  ///   - prefix: of the service's state in the shard, with the colon.
  func run(_ page: Page, addingTo batch: consuming CommitBatch, prefix: String) async -> HandledPage {
    var decoder = EntryDecoder(service: service)
    var handled = HandledPage(page: page, batch: batch)
    var next = 0
    while next < page.count, handled.deliveries.isEmpty {
      let deliveries = page.deliveries(next..<min(next + Self.stretch, page.count), &decoder)
      let outcomes = await run(deliveries)
      next += deliveries.count
      for (position, outcome) in outcomes.enumerated() {
        guard case .done(let effects) = outcome else {
          handled.deliveries = Array(deliveries[position...])
          handled.outcomes = Array(outcomes[position...])
          break
        }
        handled.batch.acknowledge(deliveries[position], effects, prefix: prefix)
        handled.done += 1
      }
    }
    if next < page.count { handled.rest = page.deliveries(next..<page.count, &decoder) }
    return handled
  }

  private func run(_ delivery: Delivery) async -> Outcome {
    switch delivery.work {
    case .none, .store: return .done(.none)
    case .undecodable(let reason), .condemned(let reason): return .dead(reason: reason)
    case .call(let call):
      do {
        guard let traceparent = delivery.header.traceparent else { return .done(try await call(delivery.attempt)) }
        return try await withSpan(
          "\(service.name) \(delivery.header.type)", context: TraceContext.extract(traceparent), ofKind: .consumer
        ) { span in
          span.attributes["messaging.message.id"] = delivery.header.id
          return .done(try await call(delivery.attempt))
        }
      } catch {
        return outcome(of: error)
      }
    }
  }

  private func outcome(of error: any Error) -> Outcome {
    switch error {
    case let error as Unprocessable: .dead(reason: error.reason)
    case let error as RetryLater: .failed(error: error.reason, delay: error.delay)
    case is CancellationError: .returned
    default: .failed(error: String(describing: error), delay: nil)
    }
  }

  /// Stores a batch as a whole; if that fails, one by one, so that one bad event fails alone.
  private func run(_ deliveries: [Delivery], _ store: @Sendable ([RecordedEvent]) async throws -> Void) async
    -> [Outcome]
  {
    let events = deliveries.compactMap { delivery -> RecordedEvent? in
      if case .store(let event) = delivery.work { event } else { nil }
    }
    do {
      if !events.isEmpty { try await store(events) }
      return deliveries.map { if case .condemned(let reason) = $0.work { .dead(reason: reason) } else { .done(.none) } }
    } catch {
      guard deliveries.count > 1 else { return deliveries.map { _ in outcome(of: error) } }
      var outcomes: [Outcome] = []
      for delivery in deliveries { outcomes += await run([delivery], store) }
      return outcomes
    }
  }
}
