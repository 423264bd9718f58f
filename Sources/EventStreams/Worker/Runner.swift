import ServiceLifecycle
import Tracing

/// Runs a service's handlers on deliveries.
struct Runner: Sendable {
  let service: EventService

  /// Handles deliveries one after the other; what follows a failed one of the same key is deferred.
  ///
  /// - Returns: fewer outcomes than deliveries if they took too long; the others were not begun.
  func run(_ deliveries: [Delivery]) async -> [Outcome] {
    if case .batches(let store) = service.handling { return await run(deliveries, store) }
    var outcomes: [Outcome] = []
    outcomes.reserveCapacity(deliveries.count)
    var failedKeys: Set<Identifier> = []
    var slice = TimeSlice()
    for delivery in deliveries {
      if slice.isOver(after: outcomes.count) { break }
      if !failedKeys.isEmpty, failedKeys.contains(delivery.key) {
        outcomes.append(.deferred)
        continue
      }
      let outcome = await run(delivery.work, delivery.header, attempt: delivery.attempt)
      // What is no event has no key, and no order among others of its kind.
      if case .done = outcome {} else if !delivery.key.isEmpty { failedKeys.insert(delivery.key) }
      outcomes.append(outcome)
    }
    return outcomes
  }

  /// Handles a page up to its first failure, or until it has taken too long. Each entry is decoded right before it is handled,
  /// so that what it takes of memory is used and freed while it is at hand.
  ///
  /// - Parameters:
  ///   - batch: what is handled is added to it.
  ///   - prefix: of the service's state in the shard, with the colon.
  func run(_ page: Page, addingTo batch: consuming CommitBatch, prefix: String) async -> HandledPage {
    var decoder = EntryDecoder(service: service)
    var handled = HandledPage(page: page, batch: batch)
    var slice = TimeSlice()
    while handled.done < page.count, !slice.isOver(after: handled.done) {
      let entry = page.entry(handled.done, &decoder)
      let outcome = await run(entry.work, entry.header, attempt: 1)
      guard case .done(let effects) = outcome else {
        handled.failed = (page.delivery(handled.done, &decoder), outcome)
        break
      }
      handled.batch.acknowledge(
        entry.streamID, effects, prefix: prefix, traceparent: entry.header?.traceparent)
      handled.done += 1
    }
    return handled
  }

  /// - Parameter header: of an event that is to be handled.
  private func run(_ work: Delivery.Work, _ header: EventHeader?, attempt: Int) async -> Outcome {
    switch work {
    case .none, .store: return .done(.none)
    case .undecodable(let reason), .condemned(let reason): return .dead(reason: reason)
    case .call(let call):
      do {
        guard let header, let traceparent = header.traceparent else { return .done(try await call(attempt)) }
        return try await withSpan(
          "\(service.name) \(header.type)", context: TraceContext.extract(traceparent), ofKind: .consumer
        ) { span in
          span.attributes["messaging.message.id"] = header.id
          return .done(try await call(attempt))
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
    case is CancellationError where Task.isCancelled || Task.isShuttingDownGracefully: .returned
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
