import CoreMetrics
import HiredisClient
import Logging

/// What one worker has in flight. Reader, runners, committer, leases and timer are loops around it; what they are to do, and when, `Scheduler`
/// says: this carries it out, and lets wait who has nothing to do.
actor Pipeline {
  let service: EventService
  let namespace: Namespace
  let settings: WorkerSettings
  let metrics: WorkerMetrics
  private let log: Logger
  private var notes = NoteLog()

  var scheduler: Scheduler
  /// What runners handle that handle one event after the other, by shard.
  var runs: [Int: Work] = [:]
  /// How many events have been committed.
  private var committed = 0
  /// What was in flight, and what had been committed, when it was asked to stop.
  private var atDrain = (inFlight: 0, committed: 0)
  /// True when nothing more is committed.
  var hasGivenUp = false

  private let runners = Waiters()
  private let reader = Waiters()
  private let committer = Waiters()
  let observers = Waiters()
  private let historian = Waiters()

  /// What waits for other shards.
  nonisolated let outbox = OutboxNews()

  /// Retries as they are scheduled, and probes, for the timer. Never more than the window holds.
  nonisolated let alarms: AsyncStream<Alarm>
  private let alarmSchedule: AsyncStream<Alarm>.Continuation

  /// Says that the leases need a look: the circuit breaker opened or closed, or a shard was lost.
  nonisolated let leaseNews: AsyncStream<Void>
  private let newsForLeases: AsyncStream<Void>.Continuation

  init(service: EventService, namespace: Namespace, settings: WorkerSettings, metrics: WorkerMetrics, log: Logger) {
    self.service = service
    self.namespace = namespace
    self.settings = settings
    self.metrics = metrics
    self.log = log
    scheduler = Scheduler(service, namespace, settings)
    (alarms, alarmSchedule) = AsyncStream.makeStream()
    (leaseNews, newsForLeases) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  var owned: [Int: Int] { scheduler.owned }

  /// Looks something up.
  func ask<Answer: Sendable>(_ question: @Sendable (borrowing Scheduler) -> Answer) -> Answer { question(scheduler) }

  /// Tells the scheduler something, and does what it orders.
  @discardableResult
  func tell<Answer: Sendable>(_ what: @Sendable (inout Scheduler) -> Answer) -> Answer {
    let answer = what(&scheduler)
    carryOut()
    return answer
  }

  /// Tells what is still to be told of what became of events, at the end.
  func tellRest() { notes.settle(at: .now + .seconds(1), to: log) }

  func carryOut() {
    let orders = scheduler.takeOrders()
    for alarm in orders.alarms { alarmSchedule.yield(alarm) }
    if !orders.outboxes.isEmpty { outbox.note(orders.outboxes) }
    if !orders.notes.isEmpty || notes.isOwing { notes.tell(orders.notes, at: .now, to: log) }
    if orders.looksAtLeases { newsForLeases.yield() }
    if orders.handled > 0 { metrics.handled.increment(by: orders.handled) }
    if orders.retried > 0 { metrics.retried.increment(by: orders.retried) }
    if orders.dead > 0 { metrics.deadLettered.increment(by: orders.dead) }
    if orders.parked > 0 { metrics.parked.increment(by: orders.parked) }
    committed += orders.committed
    if orders.committed > 0 { metrics.committed.increment(by: orders.committed) }
    for note in orders.notes { if case .takesOver = note { metrics.takeovers.increment() } }
    wake(observing: orders.hasProgressed)
  }

  /// Lets those look again who may find something to do now.
  func wake(observing: Bool = true) {
    if reader.areThere, scheduler.stop != .no || scheduler.mayRead { reader.wake() }
    if runners.areThere { runners.wake(scheduler.stop == .no ? scheduler.workCount : .max) }
    if committer.areThere, scheduler.hasBatch || scheduler.isThrough { committer.wake() }
    if historian.areThere { historian.wake() }
    if observing { observers.wake() }
  }

  // MARK: Reading

  /// Waits until there is something to read and room for it; nil when the worker is stopping.
  ///
  /// - Parameter carried: what has been read, and waits for what comes before it.
  func nextReading(carrying carried: Load) async -> Scheduler.Reading? {
    tell { $0.endReading(carrying: carried) }
    while scheduler.stop == .no {
      if let reading = scheduler.nextReading(at: .now) { return reading }
      await reader.wait()
    }
    return nil
  }

  // MARK: Handling

  /// Waits for what may be handled now, of one shard. Nil when the worker is stopping and nothing is left to do.
  func nextWork() async -> Work? {
    while true {
      let found = scheduler.take(at: .now)
      carryOut()
      if let (shard, prefix, taken) = found { return begin(taken, of: shard, prefix) }
      if scheduler.stop != .no { return nil }
      await runners.wait()
    }
  }

  private func begin(_ taken: ShardQueue.Taken, of shard: OwnedShard, _ prefix: String) -> Work {
    let work: Work =
      switch taken {
      case .deliveries(let deliveries): .deliveries(DeliveryRun(deliveries))
      case .page(let page, let batch): .page(PageRun(page, addingTo: batch, prefix: prefix))
      case .undecoded(let page): .undecoded(DecodingRun(page))
      }
    if service.concurrency == 1 { runs[shard.number] = work }
    return work
  }

  /// Takes in what became of what a runner was given.
  func settle(_ work: Work) {
    switch work {
    case .deliveries(let run):
      guard let shard = run.deliveries.first?.shard else { return }
      runs[shard.number] = nil
      scheduler.settle(run.takeOutcomes(), rest: Array(run.rest), at: .now)
    case .page(let run):
      runs[run.page.shard.number] = nil
      let settled = run.takeSettled()
      scheduler.settle(
        run.page, done: run.done, settled, with: run.exchangeBatch(for: CommitBatch(shard: run.page.shard)),
        failed: run.failed, rest: run.rest, at: .now)
    case .undecoded(let run):
      runs[run.page.shard.number] = nil
      scheduler.decoded(run.page, run.deliveries)
    }
    carryOut()
  }

  // MARK: Committing

  /// Waits for batches to commit, one per shard at the most; nil when the worker is stopping and all is committed.
  func nextBatches() async -> [Scheduler.NumberedBatch]? {
    while true {
      let batches = tell { [outbox] in $0.takeBatches(at: .now, unless: outbox.isFull) }
      if !batches.isEmpty { return batches }
      if scheduler.isThrough { return nil }
      await committer.wait()
    }
  }

  // MARK: History

  /// Waits until there is something to read of a history and room for it; nil when the worker is stopping.
  ///
  /// - Parameter last: the shard of the one before: shards take turns.
  func nextHistory(after last: Int?) async -> HistoryReading? {
    while scheduler.stop == .no {
      if let reading = tell({ $0.nextHistory(after: last, at: .now) }) { return reading }
      await historian.wait()
    }
    return nil
  }

  // MARK: Stopping

  /// Stops reading and retrying; what has been admitted is handled and committed.
  func drain() {
    atDrain = (scheduler.load.events, committed)
    log.notice("draining", metadata: ["inFlight": "\(atDrain.inFlight)"])
    tell { $0.drain() }
    alarmSchedule.finish()
    newsForLeases.finish()
  }

  /// What became of what was in flight then, once the loops have ended.
  var drained: Drained {
    Drained(inFlight: atDrain.inFlight, left: max(0, atDrain.inFlight - (committed - atDrain.committed)))
  }

  /// Takes in that nothing more is committed, because there was no time to wait for the server.
  func giveUp() {
    hasGivenUp = true
    observers.wake()
  }
}
