import BasicContainers
import HiredisClient

/// The shards that a worker owns, and the rules that concern all of them: whose turn it is, how much may be in flight, when nothing is handled.
///
/// - Shards take turns: a backlog of one holds up no other.
/// - What is in flight stays within the window, in events and in bytes; reading waits. Only where shards that had nothing have much
///   all at once, one read may exceed it, and never doubles it.
struct Scheduler: ~Copyable, Sendable {
  let service: String
  let namespace: Namespace
  let rules: QueueRules

  /// In the order of their numbers.
  var queues = UniqueArray<ShardQueue>()
  /// What this process knows of shards that it does not own now.
  private var known: [Int: ShardKnowledge] = [:]
  /// Epochs of shards that are to be given back, and of which nothing is in flight any more.
  private(set) var unreturned: [Int: Int] = [:]
  /// The shard of which something was handled last.
  var turn = -1
  var stop = ShardQueue.Stop.no

  /// What has been read, and waits for what comes before it in the log.
  var carried = Load()
  var entrySize = EntrySize()
  /// Shards that the read on its way asks for.
  var beingRead: Set<Int> = []
  /// How many topics of shards had something at the last read: they share the room at the next. Zero if none had.
  var sharing = 0
  /// The shard that was recovered last; nil if something new was read since.
  var recoveredLast: Int?

  var breaker: CircuitBreaker
  /// What an operator wants to be left alone.
  private(set) var pauses = PauseSet()
  /// True while an alarm is set for batches that wait for more.
  var isCommitDue = false

  /// What is to be done, as far as it hasn't been done yet.
  var orders = Orders()

  init(_ service: EventService, _ namespace: Namespace, _ settings: WorkerSettings) {
    self.service = service.name
    self.namespace = namespace
    rules = QueueRules(service, settings)
    breaker = CircuitBreaker(policy: service.breaker)
  }

  /// Gives out what is to be done.
  mutating func takeOrders() -> Orders {
    defer { orders = Orders() }
    return orders
  }

  // MARK: Looking up

  /// Epochs of the owned shards.
  var owned: [Int: Int] {
    Dictionary(uniqueKeysWithValues: queues.indices.map { (queues[$0].shard.number, queues[$0].shard.epoch) })
  }

  /// What is in flight.
  var load: Load { queues.indices.reduce(Load()) { $0 + queues[$1].load } }

  /// How many runners may find something; one where a page or a probe is all there is.
  var workCount: Int {
    let count = queues.indices.reduce(0) { $0 + queues[$1].workCount }
    return breaker.isOpen ? min(1, count) : count
  }

  var hasWork: Bool { queues.indices.contains { queues[$0].hasWork } }

  /// True while runners have something.
  var isRunning: Bool { queues.indices.contains { queues[$0].lent.events > 0 } }

  /// Where a shard's queue is; nil if it isn't owned in this epoch.
  func index(of number: Int, epoch: Int) -> Int? {
    guard let index = index(of: number), queues[index].shard.epoch == epoch else { return nil }
    return index
  }

  func index(of shard: OwnedShard) -> Int? { index(of: shard.number, epoch: shard.epoch) }

  private func index(of number: Int) -> Int? {
    let index = place(of: number)
    return index < queues.count && queues[index].shard.number == number ? index : nil
  }

  private func place(of number: Int) -> Int {
    var (low, high) = (0, queues.count)
    while low < high {
      let middle = (low + high) / 2
      if queues[middle].shard.number < number { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // MARK: Shards

  /// - Parameters:
  ///   - delivered: the place up to which everything is pending or settled.
  ///   - historyEnd: the first place of the log, if the service is still in the history before it.
  mutating func own(
    _ shard: OwnedShard, blocked: Set<Identifier>, delivered: EntryID = .zero, historyEnd: EntryID? = nil
  ) {
    var known = knowledge(of: shard.number)
    if let index = index(of: shard.number) { queues.remove(at: index) }
    known.epoch = shard.epoch
    known.commits = 0
    known.setbacks.reached()
    known.isRead = known.isRead || rules.readsAhead
    var queue = ShardQueue(
      shard, prefix: namespace.state(shard.number, service, ""),
      routes: ShardRoutes(namespace, shard: shard.number, service: service), rules: rules, blocked: blocked,
      known: known,
      delivered: delivered, historyEnd: historyEnd, pauses: pauses)
    queue.stop = stop
    queues.insert(queue, at: place(of: shard.number))
    self.known[shard.number] = nil
    unreturned[shard.number] = nil
    orders.outboxes.insert(shard.number)
  }

  /// What this process knows of a shard.
  func knowledge(of number: Int) -> ShardKnowledge {
    index(of: number).map { queues[$0].known } ?? known[number] ?? ShardKnowledge()
  }

  /// Forgets a shard that this worker does not own any more, or is to take anew, with all that is in flight of it.
  mutating func lose(
    _ number: Int, epoch: Int, because loss: ShardLoss = .fenced, at now: ContinuousClock.Instant = .now
  ) {
    // It may have been taken anew since.
    guard let index = index(of: number, epoch: epoch) else { return }
    let dropped = forget(index).load.events
    note(loss, of: number, dropped, at: now)
    orders.looksAtLeases = true
  }

  /// Removes a queue, and keeps what is to be known of its shard.
  private mutating func forget(_ index: Int) -> ShardQueue {
    let queue = queues.remove(at: index)
    known[queue.shard.number] = queue.known
    orders.hasProgressed = true
    return queue
  }

  private mutating func note(_ loss: ShardLoss, of number: Int, _ dropped: Int, at now: ContinuousClock.Instant) {
    var knowledge = known[number] ?? ShardKnowledge()
    var aside: Duration?
    switch loss {
    case .fenced, .shifted, .overtaken: break
    case .rewound: knowledge.foundBehind()
    case .refused(let event, let last, let reason):
      knowledge.setbacks.refused(event, through: last, because: reason)
    case .surprised(let last): knowledge.setbacks.surprised(through: last)
    case .unreachable: aside = knowledge.setbacks.couldNotReach(at: now)
    case .stopped: aside = knowledge.setbacks.failed(at: now)
    }
    known[number] = knowledge
    // Said once, and not at each attempt to reach it again.
    if case .unreachable = loss, knowledge.setbacks.unreached > 1 { return }
    orders.notes.append(.lost(shard: number, loss, dropped: dropped, aside: aside))
  }

  /// Takes in that a shard could not be taken because of something that concerns it alone.
  mutating func couldNotTake(_ number: Int, _ error: any Error, at now: ContinuousClock.Instant = .now) {
    note(ShardLoss(error), of: number, 0, at: now)
  }

  /// Stops reading from a shard that is to be given back; what has been read and not begun stays pending for the next owner.
  mutating func retire(_ number: Int) {
    if let index = index(of: number) { queues[index].retire() }
  }

  /// Reads on from shards that were to be given back, if whoever was to have them is gone.
  mutating func keep(_ numbers: [Int]) {
    for index in numbers.compactMap({ index(of: $0) }) { queues[index].keep() }
  }

  /// Forgets a shard that is to be given back, if nothing of it is being read, handled or committed; from then on no retry begins.
  /// What waits for one stays pending for the next owner.
  ///
  /// - Returns: true if it is to be given back now; false if it can't be yet.
  mutating func release(_ number: Int) -> Bool {
    guard let index = index(of: number), !beingRead.contains(number), !queues[index].isBusy else { return false }
    unreturned[number] = forget(index).shard.epoch
    return true
  }

  /// Takes in that a shard was given back.
  mutating func returned(_ number: Int, epoch: Int) {
    if unreturned[number] == epoch { unreturned[number] = nil }
  }

  // MARK: What is known of shards

  private mutating func know(_ number: Int, _ change: (inout ShardKnowledge) -> Void) {
    if let index = index(of: number) { change(&queues[index].known) } else { change(&known[number, default: .init()]) }
  }

  /// Takes in that the loss of what a shard held has been reported.
  mutating func reported(_ number: Int) { know(number) { $0.forgetWhatIsLost() } }

  /// Takes in that the server holds less of a shard than this process knows of.
  mutating func foundBehind(_ number: Int) { know(number) { $0.foundBehind() } }

  /// Takes in that a shard has something that this worker does not read.
  mutating func found(_ need: ReadingNeed, inShard number: Int) { know(number) { _ = $0.note(need) } }

  /// What it takes to read what was held, by shard.
  var unread: [Int: Set<ReadingNeed>] {
    var all = known.mapValues(\.unread)
    for index in queues.indices { all[queues[index].shard.number] = queues[index].known.unread }
    return all.filter { !$0.value.isEmpty }
  }

  /// Shards of which the server holds less than this process knows of, which nobody has been told yet.
  var behind: [Int] { known.filter(\.value.isBehind).keys.sorted() }

  // MARK: Redriving

  /// Has keys of an owned shard held, because their dead letters are to be handled again.
  ///
  /// - Parameters:
  ///   - keys: all keys whose dead letters were to be handled again when somebody looked.
  ///   - number: the shard.
  ///   - epoch: of its lease then.
  ///   - commits: how many commits were known to be in effect before that.
  ///   - now: the time.
  /// - Returns: the shard, and those of the keys whose letters are to be read now.
  mutating func beginRedrive(
    _ keys: [String], shard number: Int, epoch: Int, asOf commits: Int, at now: Moment
  ) -> (shard: OwnedShard, keys: [String])? {
    guard let index = index(of: number, epoch: epoch) else { return nil }
    return queues[index].beginRedrive(keys, asOf: commits, at: now, &orders).map { (queues[index].shard, $0) }
  }

  /// Takes in the dead letters of a key, oldest first.
  mutating func redrive(_ letters: [Delivery], key: String, shard: OwnedShard) {
    if let index = index(of: shard) { queues[index].redrive(letters, key: key) }
  }

  // MARK: Pausing and stopping

  /// Why nothing is read, or some of it is left alone; nil while everything goes on.
  var pausedBecause: String? { pauses.reason ?? breaker.reason }

  /// Takes in what is to be left alone from now on.
  mutating func pause(_ paused: PauseSet) {
    guard paused != pauses else { return }
    pauses = paused
    orders.notes.append(.pauses(reason: paused.reason))
    for index in queues.indices { queues[index].pause(paused) }
    if stop != .no, paused.whole != nil { _ = returnUnbegun() }
    orders.looksAtLeases = true
  }

  /// Stops reading and retrying; what has been admitted is handled and committed.
  mutating func drain() {
    stop(.draining)
    // Nothing is handled while the breaker is open, or an operator wants it so.
    if breaker.isOpen || pauses.whole != nil { _ = returnUnbegun() }
  }

  /// Gives up on what has not begun, because the worker is stopping: it stays pending, for the next owner.
  ///
  /// - Returns: how many events that are.
  mutating func returnUnbegun() -> Int {
    stop(.givingUp)
    return queues.indices.reduce(0) { $0 + queues[$1].returnUnbegun() }
  }

  private mutating func stop(_ stop: ShardQueue.Stop) {
    self.stop = stop
    for index in queues.indices { queues[index].stop = stop }
  }
}
