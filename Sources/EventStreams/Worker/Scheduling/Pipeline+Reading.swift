import Logging
import Redis

extension Pipeline {
  /// What the reader does next.
  enum Reading: Sendable {
    /// Read new entries of these shards, so many of each of their topics at the most, and wait so long for some.
    case new([OwnedShard], count: Int, wait: Duration)
    /// Deal with the next of what earlier owners left pending in this shard.
    /// If `others`, only with what was delivered to other consumers than this worker.
    case recover(OwnedShard, after: StreamID, count: Int, others: Bool)
  }

  /// Waits until there is something to read and room for it; nil when the worker is stopping.
  ///
  /// New entries of some shards, and pages of what is pending in others, take turns: neither holds up the other.
  ///
  /// - Parameter carried: what has been read, and waits for what comes before it.
  func nextReading(carrying carried: Load) async -> Reading? {
    beingRead = []
    self.carried = carried
    observers.wake()
    while !isDraining {
      let unrecovered = shards.values.filter { !$0.isRecovered && !$0.isRetiring && !$0.isCatchingUp }
      let recoverable = load.events < settings.window ? unrecovered.filter { !$0.isBusy } : []
      let readable = readable()
      if !recoverable.isEmpty, recoveredLast == nil || readable == nil {
        return recover(next(of: recoverable))
      }
      recoveredLast = nil
      if let (shards, count) = readable {
        beingRead = Set(shards.map(\.number))
        for number in beingRead { self.shards[number]?.beginReadAhead() }
        // A page may be through at any moment, and the next of its shard is not to wait for others' events to come.
        let wait = unrecovered.isEmpty ? settings.blockTime : Self.waitWhileRecovering
        return .new(shards, count: count, wait: recoverable.isEmpty && carried.events == 0 ? wait : .zero)
      }
      await reader.wait()
    }
    return nil
  }

  private static let waitWhileRecovering = Duration.milliseconds(10)

  /// Shards take turns.
  private func next(of states: [ShardState]) -> ShardState {
    let ordered = states.sorted { $0.shard.number < $1.shard.number }
    return ordered.first { $0.shard.number > recoveredLast ?? -1 } ?? ordered[0]
  }

  private func recover(_ state: ShardState) -> Reading {
    recoveredLast = state.shard.number
    state.beginReadAhead()
    let recovery = state.recovery ?? ShardState.Recovery(known: Set(state.held.values.joined().map(\.streamID)))
    state.recovery = recovery
    let room = min(settings.window - load.events, load.fitting(into: settings.windowBytes))
    return .recover(
      state.shard, after: recovery.after, count: max(1, min(settings.batchSize, room)),
      others: state.isRecoveringOthers)
  }

  /// What may be read of which shards; nil if nothing.
  private func readable() -> (shards: [OwnedShard], count: Int)? {
    let readable = shards.values.filter { !$0.isRetiring && !$0.isCatchingUp && $0.isRecovered }.map(\.shard)
      .filter { !$0.topics.isEmpty }
    guard !readable.isEmpty else { return nil }
    // A quarter of the window is read while the rest is handled and committed: large reads and commits cost the server least, and
    // the next read is on its way before what was read has been committed.
    let active = shards.values.reduce(0) { $0 + $1.active }
    let quarter = settings.window / 4
    let least = min(settings.batchSize, quarter)
    // What is carried has room of its own where nothing else is in flight: only the next read sets it free.
    let room =
      load.events == 0 && roomToRead > 0 ? max(least, roomToRead - carried.events) : roomToRead - carried.events
    guard room >= least, active <= settings.window - quarter else { return nil }
    let fitting = load.fitting(into: settings.windowBytes - carried.bytes)
    guard load.events == 0 || load.bytes <= settings.windowBytes / 4 * 3, fitting > 0 else { return nil }
    let streams = readable.reduce(0) { $0 + $1.topics.count }
    let count = breaker.isOpen ? 1 : max(1, min(share(of: room, among: streams), fitting / max(1, streams)))
    return (readable.sorted { $0.number < $1.number }, count)
  }

  /// How many entries of each topic of each shard may be read.
  private func share(of room: Int, among count: Int) -> Int {
    let expected = room / max(1, sharing == 0 ? count : min(sharing, count))
    return max(1, min(settings.batchSize, expected, (room + settings.window) / max(1, count)))
  }

  /// Has everything pending of a shard looked for again: something of it was given out that this worker does not know any more.
  func forgetPending(_ number: Int, term: Int) {
    guard let state = shards[number], state.shard.term == term else { return }
    state.forgetPending()
    reader.wake()
  }

  /// How many entries may be read now; while the circuit breaker is open one, if there is nothing else to probe with.
  private var roomToRead: Int {
    switch permission {
    case .everything: settings.window - load.events
    case .oneProbe: turns.isEmpty && running == 0 ? settings.window - load.events : 0
    case .nothing: 0
    }
  }

  /// Has everything pending looked for again, after a read whose answer may have been lost: what it delivered is pending for this
  /// worker, which does not know it, and later entries must not overtake it.
  func readFailed() {
    for (number, state) in shards {
      // What was claimed from others may be this worker's by now.
      if !state.isRecovered || beingRead.contains(number) { state.forgetPending() }
    }
  }

  /// Has entries recovered that somebody else read from a shard that this worker owns.
  func recoverAgain(_ number: Int, term: Int) {
    guard let state = shards[number], state.shard.term == term, state.isRecovered else { return }
    log.notice("another consumer has pending entries in an owned shard", metadata: ["shard": "\(number)"])
    state.isRecovered = false
    state.isRecoveringOthers = true
    reader.wake()
  }

  /// Takes in the next of what was pending, in log order.
  ///
  /// - Parameters:
  ///   - lost: those that the log does not hold any more: they stay pending.
  ///   - after: where it was looked for.
  ///   - last: the last place that was looked at; nil if that was the end.
  ///   - found: what was read ahead for them.
  func admitRecovered(
    _ deliveries: [Delivery], lost: [StreamID] = [], bytes: Int, of shard: OwnedShard, after: StreamID, last: StreamID?,
    _ found: [ReadAhead.Found] = []
  ) {
    guard let state = state(of: shard), let recovery = state.recovery, recovery.after == after else { return }
    guard let last else {
      if recovery.found > 0 {
        log.notice(
          "finished what was left pending", metadata: ["shard": "\(shard.number)", "entries": "\(recovery.found)"])
      }
      state.recovery = nil
      state.isRecovered = true
      // Dead letters may be wanted to be handled again, which had to wait for this.
      if !state.blocked.isEmpty { newsForLeases.yield() }
      return
    }
    if recovery.found == 0, let first = deliveries.first {
      log.notice("taking over pending entries", metadata: ["shard": "\(shard.number)", "from": "\(first.streamID)"])
    }
    state.recovery?.found += deliveries.count
    state.recovery?.after = last
    state.recover(deliveries.map(\.streamID) + lost, through: last)
    admit(deliveries.filter { !recovery.known.contains($0.streamID) }, bytes: bytes, found)
  }

  /// Takes deliveries in, in log order.
  ///
  /// - Parameters:
  ///   - bytes: what they took of the server's answer.
  ///   - found: what was read ahead for them.
  func admit(_ deliveries: [Delivery], bytes: Int, _ found: [ReadAhead.Found] = []) {
    var known: ShardState?
    var admitted = 0
    for delivery in deliveries {
      guard let state = state(of: delivery.shard, unless: &known), takesIn(state) else { continue }
      admitted += 1
      state.active += 1
      state.known.noteRead(delivery.streamID, of: state.shard.topics[delivery.topic])
      let reason = state.known.setbacks.reason(toBury: delivery.place)
      let admitted = reason.map { delivery.condemned(because: $0) } ?? delivery
      state.expect(admitted.reads)
      state.ready.append(admitted)
      takeTurns(state)
    }
    for found in found { state(of: found.shard)?.admit(found.fields) }
    load.enter(admitted, bytes: bytes)
    runners.wake(admitted)
  }

  /// Takes in what was read of some shards, which so many of their topics gave.
  func admit(_ read: [Page], streams: Int) {
    for page in give(read, streams: streams) {
      guard let state = state(of: page.shard) else { continue }
      load.enter(page.count, bytes: page.bytes)
      state.active += page.count
      state.known.noteRead(page.last, of: state.shard.topics[page.topic(page.count - 1)])
      state.pages.append(page)
      takeTurns(state)
    }
    runners.wake()
  }

  /// Notes what a read gives out; a shard of which something comes too late is taken anew, with all that was read of it.
  ///
  /// - Parameter streams: how many topics of shards had something.
  /// - Returns: what may be taken in.
  func give(_ read: [Page], streams: Int) -> [Page] {
    sharing = streams
    return read.filter { page in
      guard let state = state(of: page.shard), takesIn(state) else { return false }
      if state.give(page) { return true }
      lose(page.shard.number, term: page.shard.term, because: .shifted)
      return false
    }
  }

  /// False if the shard is to be given back or the worker is to stop since the read began: what it brought stays pending for the next
  /// owner.
  private func takesIn(_ state: ShardState) -> Bool {
    guard isDraining || state.isRetiring else { return true }
    state.forgetPending()
    return false
  }
}
