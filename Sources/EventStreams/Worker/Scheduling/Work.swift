import Synchronization

/// What a runner handles next, all of one shard; for a service that stores events, of several.
enum Work: Sendable {
  case deliveries(DeliveryRun)
  case page(PageRun)
  /// A page whose events may not simply be handled one after the other: they are decoded first.
  case undecoded(DecodingRun)
}

/// Deliveries that a runner handles one after the other, and what has become of them so far. Shared with the pipeline, which takes that out
/// before the end if a handler reads what earlier events write.
final class DeliveryRun: Sendable {
  let deliveries: [Delivery]
  private let progress = Mutex((outcomes: [Outcome](), taken: 0))

  init(_ deliveries: [Delivery]) {
    self.deliveries = deliveries
  }

  func add(_ outcome: Outcome) {
    progress.withLock { $0.outcomes.append(outcome) }
  }

  /// Deliveries with outcomes that have not been taken yet.
  func takeOutcomes() -> [(Delivery, Outcome)] {
    progress.withLock { progress in
      defer { progress.taken = progress.outcomes.count }
      return (progress.taken..<progress.outcomes.count).map { (deliveries[$0], progress.outcomes[$0]) }
    }
  }

  /// Those without an outcome, because there was no time for them.
  var rest: ArraySlice<Delivery> { deliveries.dropFirst(progress.withLock { $0.outcomes.count }) }
}

/// A page that a runner decodes, and what it has found in it.
final class DecodingRun: Sendable {
  let page: Page
  private let decoded = Mutex<[Delivery]>([])

  init(_ page: Page) { self.page = page }

  var deliveries: [Delivery] { decoded.withLock { $0 } }

  func decode(for service: EventService) {
    var decoder = EntryDecoder(service: service)
    let deliveries = page.deliveries(&decoder)
    decoded.withLock { $0 = deliveries }
  }
}

/// A page that a runner handles up to its first failure, and the batch that it adds to. Shared with the pipeline, which takes the batch out
/// before the end if a handler reads what earlier events write.
final class PageRun: Sendable {
  let page: Page
  /// Of the service's state in the shard, with the colon.
  let prefix: String
  private let progress: Mutex<Progress>

  private struct Progress {
    var batch: CommitBatch
    /// How many entries are settled.
    var done = 0
    /// How many of them have been taken.
    var taken = 0
    /// The first that failed, and what became of it.
    var failed: (delivery: Delivery, outcome: Outcome)?
  }

  /// - Parameter batch: what is handled is added to it.
  init(_ page: Page, addingTo batch: CommitBatch, prefix: String) {
    self.page = page
    self.prefix = prefix
    progress = Mutex(Progress(batch: batch))
  }

  var done: Int { progress.withLock { $0.done } }
  var failed: (delivery: Delivery, outcome: Outcome)? { progress.withLock { $0.failed } }
  /// What was not begun.
  var rest: Page { progress.withLock { page.dropFirst($0.done + ($0.failed == nil ? 0 : 1)) } }

  /// Takes in that the next entry was handled.
  func acknowledge(_ effects: Effects, _ span: HandledSpan?, trace: TraceContext?) {
    progress.withLock { progress in
      let index = progress.done
      progress.batch.acknowledge(
        page.id(index), of: page.topic(index), bytes: page.bytes(index), effects, span, prefix: prefix,
        trace: trace)
      progress.done += 1
    }
  }

  func fail(_ delivery: Delivery, _ outcome: Outcome) {
    progress.withLock { $0.failed = (delivery, outcome) }
  }

  /// The entries that were settled since the last call.
  func takeSettled() -> Page {
    progress.withLock { progress in
      defer { progress.taken = progress.done }
      return page.prefix(progress.done).dropFirst(progress.taken)
    }
  }

  func touches(_ name: StateName) -> Bool { progress.withLock { $0.batch.touches(name) } }

  /// What has been settled so far; what is settled from now on goes to another batch.
  func exchangeBatch(for next: CommitBatch) -> CommitBatch {
    progress.withLock { progress in
      let batch = progress.batch
      progress.batch = next
      return batch
    }
  }
}
