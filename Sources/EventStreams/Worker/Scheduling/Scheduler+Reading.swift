import BasicContainers
import HiredisClient

/// What is read, and when.
extension Scheduler {
  /// What the reader does next.
  enum Reading: Sendable {
    /// Read new entries of these shards, so many of each of their topics at the most, and wait so long for some.
    case new([OwnedShard], count: Int, wait: Duration)
    /// Deal with the next of what earlier owners left pending in this shard.
    /// If `others`, only with what was delivered to other consumers than this worker.
    case recover(OwnedShard, after: EntryID, count: Int, others: Bool)
  }

  private static let waitWhileRecovering = Duration.milliseconds(10)

  /// What is to be read now; nil if nothing, or there is no room for it.
  ///
  /// New entries of some shards, and pages of what is pending in others, take turns: neither holds up the other.
  mutating func nextReading(at now: ContinuousClock.Instant) -> Reading? {
    guard stop == .no else { return nil }
    let load = load
    let unrecovered = queues.indices.filter { queues[$0].phase.recovery != nil }
    let recoverable = load.events < rules.window ? unrecovered.filter { !queues[$0].isBusy } : []
    let readable = readable(beside: load, at: now)
    if !recoverable.isEmpty, recoveredLast == nil || readable == nil {
      // Shards take turns.
      let next = recoverable.first { queues[$0].shard.number > recoveredLast ?? -1 } ?? recoverable[0]
      return recover(next, beside: load)
    }
    recoveredLast = nil
    guard let (indices, count) = readable else { return nil }
    for index in indices { queues[index].beginReadAhead() }
    let shards = indices.map { queues[$0].shard }
    beingRead = Set(shards.map(\.number))
    // A page may be through at any moment, and the next of its shard is not to wait for others' events to come.
    let wait = unrecovered.isEmpty ? rules.blockTime : Self.waitWhileRecovering
    return .new(shards, count: count, wait: recoverable.isEmpty && carried.events == 0 ? wait : .zero)
  }

  /// False while there is certainly no room to read.
  var mayRead: Bool {
    queues.indices.reduce(0) { $0 + queues[$1].active.events } <= rules.window - rules.window / 4
      || queues.indices.contains { queues[$0].phase.recovery != nil }
  }

  /// Takes in that what was to be read has been read.
  ///
  /// - Parameter carried: what has been read, and waits for what comes before it.
  mutating func endReading(carrying carried: Load) {
    beingRead = []
    self.carried = carried
  }

  private mutating func recover(_ index: Int, beside load: Load) -> Reading {
    let shard = queues[index].shard
    recoveredLast = shard.number
    let recovery = queues[index].recover()
    let room = min(rules.window - load.events, entrySize.fitting(into: rules.windowBytes, beside: load))
    return .recover(
      shard, after: recovery.after, count: max(1, min(rules.batchSize, room)), others: recovery.onlyOthers)
  }

  /// What may be read of which queues; nil if nothing.
  private func readable(
    beside load: Load, at now: ContinuousClock.Instant
  ) -> (indices: [Int], count: Int)? {
    let readable = queues.indices.filter { queues[$0].phase.isLive && !queues[$0].shard.topics.isEmpty }
    guard !readable.isEmpty else { return nil }
    // A quarter of the window is read while the rest is handled and committed: large reads and commits cost the server least, and
    // the next read is on its way before what was read has been committed.
    let active = queues.indices.reduce(0) { $0 + queues[$1].active.events }
    let quarter = rules.window / 4
    let least = min(rules.batchSize, quarter)
    let free = roomToRead(beside: load, at: now)
    // What is carried has room of its own where nothing else is in flight: only the next read sets it free.
    let room = load.events == 0 && free > 0 ? max(least, free - carried.events) : free - carried.events
    guard room >= least, active <= rules.window - quarter else { return nil }
    let fitting = entrySize.fitting(into: rules.windowBytes - carried.bytes, beside: load)
    guard load.events == 0 || load.bytes <= rules.windowBytes / 4 * 3, fitting > 0 else { return nil }
    let streams = readable.reduce(0) { $0 + queues[$1].shard.topics.count }
    let count = breaker.isOpen ? 1 : max(1, min(share(of: room, among: streams), fitting / max(1, streams)))
    return (readable, count)
  }

  /// How many entries of each topic of each shard may be read.
  private func share(of room: Int, among count: Int) -> Int {
    let expected = room / max(1, sharing == 0 ? count : min(sharing, count))
    return max(1, min(rules.batchSize, expected, (room + rules.window) / max(1, count)))
  }

  /// How many entries may be read now; while the circuit breaker is open one, if there is nothing else to probe with.
  func roomToRead(beside load: Load, at now: ContinuousClock.Instant) -> Int {
    switch permission(at: now) {
    case .everything: rules.window - load.events
    case .oneProbe: !hasWork && !isRunning ? rules.window - load.events : 0
    case .nothing: 0
    }
  }

  // MARK: What was read

  /// Has everything pending of a shard looked for again: something of it was given out that this worker does not know any more.
  mutating func forgetPending(_ shard: OwnedShard) {
    if let index = index(of: shard) { queues[index].phase.forgetPending() }
  }

  /// Has everything pending looked for again, after a read whose answer may have been lost: what it delivered is pending for this
  /// worker, which does not know it, and later entries must not overtake it.
  mutating func readFailed() {
    for index in queues.indices {
      // What was claimed from others may be this worker's by now.
      if !queues[index].phase.isRecovered || beingRead.contains(queues[index].shard.number) {
        queues[index].phase.forgetPending()
      }
    }
  }

  /// Has entries recovered that somebody else read from a shard that this worker owns.
  mutating func recoverAgain(_ number: Int, epoch: Int) {
    guard let index = index(of: number, epoch: epoch), queues[index].recoverAgain() else { return }
    orders.notes.append(.foreignEntries(shard: number))
  }

  /// Takes in the next of what was pending, in log order; `ShardQueue` says what is what.
  ///
  /// - Parameter found: what was read ahead for them.
  mutating func admitRecovered(
    _ deliveries: [Delivery], lost: [EntryID] = [], of shard: OwnedShard, after: EntryID, last: EntryID?,
    _ found: [ReadAhead.Found] = []
  ) {
    guard let index = index(of: shard) else { return }
    entrySize.note(deliveries.reduce(Load()) { $0 + $1.load })
    queues[index].admitRecovered(deliveries, lost: lost, after: after, last: last, &orders)
    admit(found)
  }

  /// Takes deliveries in, in log order.
  ///
  /// - Parameter found: what was read ahead for them.
  mutating func admit(_ deliveries: [Delivery], _ found: [ReadAhead.Found] = []) {
    var read = Load()
    var index: Int?
    for delivery in deliveries {
      // Looked up only when the shard isn't that of the one before.
      if index.map({ queues[$0].shard.number != delivery.shard.number }) ?? true {
        index = self.index(of: delivery.shard)
      }
      if let index, queues[index].admit(delivery) { read += delivery.load }
    }
    entrySize.note(read)
    admit(found)
  }

  private mutating func admit(_ found: [ReadAhead.Found]) {
    for found in found {
      if let index = index(of: found.shard) { queues[index].admit(found.fields) }
    }
  }

  /// Takes in what was read of some shards, which so many of their topics gave.
  mutating func admit(_ read: [Page], streams: Int) {
    for page in give(read, streams: streams) {
      guard let index = index(of: page.shard) else { continue }
      entrySize.note(page.load)
      queues[index].admit(page)
    }
  }

  /// Notes what a read gives out; a shard of which something comes too late is taken anew, with all that was read of it.
  ///
  /// - Parameter streams: how many topics of shards had something.
  /// - Returns: what may be taken in.
  mutating func give(_ read: [Page], streams: Int) -> [Page] {
    sharing = streams
    return read.filter { page in
      guard let index = index(of: page.shard) else { return false }
      switch queues[index].give(page) {
      case .taken: return true
      case .leftPending: return false
      case .tooLate:
        lose(page.shard.number, epoch: page.shard.epoch, because: .shifted)
        return false
      }
    }
  }
}
