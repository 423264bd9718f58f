import CoreMetrics
import DequeModule
import Logging
import Redis

/// What one worker has in flight, and the rules of its order: which delivery may be handled now, which waits, what the next
/// commit of a shard settles. Reader, runners, committer and retry timer are loops around it.
///
/// - Deliveries of one key are handled in log order. One that waits for a retry holds back the later ones of its key only.
/// - One commit of a shard is on its way at a time, so commits are applied in the order they were made.
/// - Shards take turns: a backlog of one holds up no other.
/// - What is in flight stays within the window, in events and in bytes; reading waits. Only where shards that had nothing have much
///   all at once, one read may exceed it, and never doubles it.
actor Pipeline {
  let service: EventService
  let namespace: Namespace
  let settings: WorkerSettings
  let metrics: WorkerMetrics
  let log: Logger

  var shards: [Int: ShardState] = [:]
  /// What this process knows of shards that it does not own now.
  private var known: [Int: ShardKnowledge] = [:]
  /// Terms of shards that are to be given back, and of which nothing is in flight any more.
  private(set) var unreturned: [Int: Int] = [:]
  /// Shards that have something to handle, in turn.
  var turns: Deque<ShardState> = []
  var load = Load()
  /// What has been read, and waits for what comes before it in the log.
  var carried = Load()
  var running = 0
  private(set) var isDraining = false
  /// True when what has not begun stays pending.
  var isGivingUp = false
  /// True when nothing more is committed.
  private var hasGivenUp = false
  /// True while an alarm is set for batches that wait for more.
  var isCommitDue = false
  /// Shards that the read on its way asks for.
  var beingRead: Set<Int> = []
  /// How many topics of shards had something at the last read: they share the room at the next. Zero if none had.
  var sharing = 0
  /// The shard that was recovered last; nil if something new was read since.
  var recoveredLast: Int?

  let runners = Waiters()
  let reader = Waiters()
  let committer = Waiters()
  let observers = Waiters()
  let catchUp = Waiters()

  /// What waits for other shards.
  nonisolated let outbox = OutboxNews()

  var breaker: CircuitBreaker
  /// What an operator wants to be left alone.
  var pauses = PauseSet()

  /// Retries as they are scheduled, and probes, for the timer. Never more than the window holds.
  nonisolated let alarms: AsyncStream<Alarm>
  let alarmSchedule: AsyncStream<Alarm>.Continuation

  /// Says that the leases need a look: the circuit breaker opened or closed, or a shard was lost.
  nonisolated let leaseNews: AsyncStream<Void>
  let newsForLeases: AsyncStream<Void>.Continuation

  init(service: EventService, namespace: Namespace, settings: WorkerSettings, metrics: WorkerMetrics, log: Logger) {
    self.service = service
    self.namespace = namespace
    self.settings = settings
    self.metrics = metrics
    self.log = log
    breaker = CircuitBreaker(policy: service.breaker)
    (alarms, alarmSchedule) = AsyncStream.makeStream()
    (leaseNews, newsForLeases) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  // MARK: Shards

  var owned: [Int: Int] { shards.mapValues(\.shard.term) }

  /// - Parameters:
  ///   - delivered: the place up to which everything is pending or settled.
  ///   - isCatchingUp: true if the service is to handle the shard's history first.
  func own(_ shard: OwnedShard, blocked: Set<Identifier>, delivered: StreamID = .zero, isCatchingUp: Bool = false) {
    var known = known.removeValue(forKey: shard.number) ?? ShardKnowledge()
    known.term = shard.term
    known.commits = 0
    known.isRead = known.isRead || service.readsAhead
    let state = ShardState(
      shard: shard, prefix: namespace.state(shard.number, service.name, ""),
      routes: ShardRoutes(namespace, shard: shard.number, service: service.name), blocked: blocked, known: known,
      delivered: delivered)
    state.isCatchingUp = isCatchingUp
    shards[shard.number] = state
    unreturned[shard.number] = nil
    reader.wake()
    catchUp.wake()
    outbox.note(shard.number)
  }

  /// What this process knows of a shard.
  func knowledge(of number: Int) -> ShardKnowledge { shards[number]?.known ?? known[number] ?? ShardKnowledge() }

  /// Why a shard is dropped, with all that is in flight of it.
  enum Loss: Sendable {
    /// Another worker owns it, or nobody does.
    case fenced
    /// The server has gone back to an earlier moment.
    case rewound
    /// The server refuses what a batch of events, or a page of history, is to do.
    case refused(event: Delivery.Place?, through: StreamID?, reason: String)
    /// A batch assumed something that is not so.
    case surprised(through: StreamID?)
    /// The group does not stand where it must: somebody has moved it.
    case shifted
    /// An entry was given out before one of another topic that comes before it: by a read that was on its way when the shard was taken.
    case overtaken
    /// Something else stops this shard, and no other.
    case stopped(any Error)
  }

  /// Forgets a shard that this worker does not own any more, or is to take anew, with all that is in flight of it.
  func lose(_ number: Int, term: Int, because loss: Loss = .fenced) {
    // It may have been taken anew since.
    guard let state = shards[number], state.shard.term == term else { return }
    let dropped = state.active + state.waiting
    forget(state)
    load.leave(dropped)
    note(loss, of: number, dropped)
    newsForLeases.yield()
    wakeAll()
  }

  private func note(_ loss: Loss, of number: Int, _ dropped: Int) {
    var metadata: Logger.Metadata = ["shard": "\(number)", "dropped": "\(dropped)"]
    var level = Logger.Level.warning
    var message: Logger.Message = "lost a shard; dropped what was in flight of it"
    switch loss {
    case .fenced: break
    case .rewound:
      known[number]?.isBehind = true
      message = "the server does not know what this worker has settled; taking the shard anew"
    case .refused(let event, let last, let reason):
      known[number]?.setbacks.refused(event, through: last, because: reason)
      message =
        event == nil
        ? "the server refuses what a batch of events is to do; handling them one by one"
        : "the server refuses what an event is to do; taking the shard anew without it"
      metadata["reason"] = "\(reason)"
    case .surprised(let last):
      known[number]?.setbacks.surprised(through: last)
      level = .debug
      message = "what a batch assumed was not so; taking the shard anew"
    case .shifted:
      message = "the consumer group is not where it must be; taking the shard anew, which puts it back"
    case .overtaken:
      level = .notice
      message = "a read that was on its way has given out what comes later; taking the shard anew, which puts it back"
    case .stopped(let error):
      level = .error
      message = "cannot go on with a shard, others go on; will try again"
      metadata["error"] = "\(error)"
      metadata["in"] = "\(setAside(number))"
    }
    log.log(level: level, message, metadata: metadata)
  }

  /// Leaves a shard alone for a while, because something stops it and no other.
  ///
  /// - Returns: how long.
  private func setAside(_ number: Int) -> Duration {
    known[number, default: ShardKnowledge()].setbacks.failed(at: .now)
  }

  /// Takes in that a shard could not be taken because of something that concerns it alone.
  func couldNotTake(_ number: Int, _ error: any Error) {
    note(.stopped(error), of: number, 0)
  }

  /// Takes in that the loss of what a shard held has been reported.
  func reported(_ number: Int) {
    if let state = shards[number] { state.known.forgetWhatIsLost() } else { known[number]?.forgetWhatIsLost() }
  }

  /// Takes in that the server holds less of a shard than this process knows of.
  func foundBehind(_ number: Int) { known[number, default: ShardKnowledge()].isBehind = true }

  /// What it takes to read what was held, by shard.
  var unread: [Int: Set<ReadingNeed>] {
    known.merging(shards.mapValues(\.known)) { _, current in current }.mapValues(\.unread).filter { !$0.value.isEmpty }
  }

  /// Takes in that a shard has something that this worker does not read.
  func found(_ need: ReadingNeed, inShard number: Int) { _ = known[number, default: ShardKnowledge()].note(need) }

  /// Shards of which the server holds less than this process knows of, which nobody has been told yet.
  var behind: [Int] { known.filter(\.value.isBehind).keys.sorted() }

  /// Removes a shard's state, and keeps what is to be known of it.
  private func forget(_ state: ShardState) {
    let number = state.shard.number
    shards[number] = nil
    known[number] = state.known
    state.ready = []
    state.resumed = []
    state.pages = []
    leaveTurns(state)
  }

  /// Stops reading from a shard that is to be given back; what has been read and not begun stays pending for the next owner.
  func retire(_ number: Int) {
    guard let state = shards[number], !state.isRetiring else { return }
    state.isRetiring = true
    if returnUnbegun(of: number) > 0 { state.forgetPending() }
  }

  /// Reads on from shards that were to be given back, if whoever was to have them is gone.
  func keep(_ numbers: [Int]) {
    for number in numbers {
      guard let state = shards[number], state.isRetiring else { continue }
      state.isRetiring = false
      for key in state.postponed { startNext(of: key.text, in: state) }
      state.postponed = []
    }
    wakeAll()
  }

  /// Forgets a shard that is to be given back, if nothing of it is being read, handled or committed; from then on no retry begins.
  /// What waits for one stays pending for the next owner.
  ///
  /// - Returns: true if it is to be given back now; false if it can't be yet.
  func release(_ number: Int) -> Bool {
    guard let state = shards[number], !beingRead.contains(number), !state.isBusy else { return false }
    forget(state)
    unreturned[number] = state.shard.term
    load.leave(state.waiting)
    wakeAll()
    return true
  }

  /// Takes in that a shard was given back.
  func returned(_ number: Int, term: Int) {
    if unreturned[number] == term { unreturned[number] = nil }
  }

  // MARK: Stopping

  /// Stops reading and retrying; what has been admitted is handled and committed.
  func drain() {
    isDraining = true
    alarmSchedule.finish()
    newsForLeases.finish()
    // Nothing is handled while the breaker is open, or an operator wants it so.
    if breaker.isOpen || pauses.whole != nil { _ = returnUnbegun() }
    wakeAll()
  }

  /// Takes in that nothing more is committed, because there was no time to wait for the server.
  func giveUp() {
    hasGivenUp = true
    wakeAll()
  }

  /// Gives up on what has not begun: it stays pending, for the next owner.
  ///
  /// - Parameter number: of the only shard that is meant; nil for everything, because the worker is stopping.
  /// - Returns: how many events that are.
  func returnUnbegun(of number: Int? = nil) -> Int {
    isGivingUp = isGivingUp || number == nil
    var returned = 0
    for state in shards.values where number == nil || state.shard.number == number {
      var count = state.ready.count + state.pages.reduce(0) { $0 + $1.count }
      state.ready = []
      state.pages = []
      if number == nil {
        // Others of the same key wait behind these: a worker that may keep the shard goes on with them.
        count += state.resumed.count
        state.resumed = []
      }
      if !state.hasWork { leaveTurns(state) }
      state.active -= count
      returned += count
    }
    load.leave(returned)
    wakeAll()
    return returned
  }

  var summary: (inFlight: Int, bytes: Int, waiting: Int) {
    (load.events, load.bytes, shards.values.reduce(0) { $0 + $1.waiting })
  }

  /// Waits until something of a shard has changed.
  ///
  /// - Throws: if it is lost, or nothing more is committed.
  func change(of shard: OwnedShard) async throws -> ShardState {
    await observers.wait()
    guard let state = state(of: shard), !hasGivenUp else { throw CancellationError() }
    return state
  }

  // MARK: Looking up

  func state(of shard: OwnedShard) -> ShardState? {
    guard let state = shards[shard.number], state.shard.term == shard.term else { return nil }
    return state
  }

  /// The same, for one delivery after the other: looked up only when the shard isn't that of the one before.
  func state(of shard: OwnedShard, unless known: inout ShardState?) -> ShardState? {
    if known?.shard.number != shard.number || known?.shard.term != shard.term { known = state(of: shard) }
    return known
  }

  /// Has it be the shard's turn some time, if it has something to handle.
  func takeTurns(_ state: ShardState) {
    guard !state.isInTurn, state.hasWork else { return }
    state.isInTurn = true
    turns.append(state)
  }

  private func leaveTurns(_ state: ShardState) {
    guard state.isInTurn else { return }
    state.isInTurn = false
    turns.removeAll { $0 === state }
  }

  func wakeAll() {
    reader.wake()
    runners.wake()
    committer.wake()
    observers.wake()
    catchUp.wake()
  }
}
