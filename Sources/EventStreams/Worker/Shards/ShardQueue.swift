/// The events of one owned shard that are in flight, and the rules of their order: which may be handled now, which waits, what the next commit
/// settles. It does nothing by itself: it is told what has happened and what time it is, and says what is to be done.
///
/// - Deliveries of one key are handled in the order of the log. One that waits for a retry holds back the later ones of its key only.
/// - What is given out comes back, with what has become of it, or is given up with the shard.
/// - What is in flight is what its parts hold: nothing is counted beside them.
/// - There is one of it: a copy would give out again what this gave out.
struct ShardQueue: ~Copyable, Sendable {
  let shard: OwnedShard
  /// Of the service's state in this shard, with the colon.
  let prefix: String
  let rules: QueueRules
  /// What this process knows of the shard, from earlier epochs as well.
  var known: ShardKnowledge
  private let routes: ShardRoutes?
  var phase: ShardPhase
  /// What an operator wants to be left alone.
  var pauses: PauseSet
  var stop = Stop.no

  // MARK: What is to be handled

  /// Deliveries whose key is held for them; they go first.
  var resumed = DeliveryQueue()
  var ready = DeliveryQueue()
  /// What was read after that and is not decoded yet.
  var pages = PageQueue()
  /// What is with runners, and the batches that they add to.
  var lent = Load()

  // MARK: What waits

  var held = HeldDeliveries()
  /// Keys of which something is left alone because an operator wants it so.
  var paused: Set<Identifier> = []
  /// Keys that have dead letters: later events of them are parked.
  var blocked: Set<Identifier>
  /// How many events of a blocked key are on their way to the dead letters, to be parked there.
  var parking: [Identifier: Int] = [:]
  /// Keys whose dead letters are being handled again: held for them until they are all handled.
  var redriving: Set<Identifier> = []
  /// Of these, keys whose letters have not been read yet.
  var awaitingLetters: Set<Identifier> = []
  /// Keys whose letters have failed again, with the commit that ended it: who has looked before that may still say that it is wanted.
  var redriveEnds: [Identifier: Int] = [:]

  // MARK: What is settled, and what handlers read

  var commits: CommitQueue
  /// What is known of fields that events in flight are going to read.
  var foreseen = ForeseenFields()
  /// What came into effect since the read on its way began; nil if none is.
  var writtenSinceRead: [WrittenState]?

  /// Whether the worker is stopping.
  enum Stop: Sendable {
    case no
    /// What has been read is handled; nothing more is tried again.
    case draining
    /// What has not begun stays pending.
    case givingUp
  }

  /// - Parameters:
  ///   - routes: where follow-ups go; nil if all stay in the shard.
  ///   - delivered: the place up to which everything is pending or settled.
  ///   - historyEnd: the first place of the log, if the service is still in the history before it.
  init(
    _ shard: OwnedShard, prefix: String, routes: ShardRoutes? = nil, rules: QueueRules, blocked: Set<Identifier> = [],
    known: ShardKnowledge = ShardKnowledge(), delivered: EntryID = .zero, historyEnd: EntryID? = nil,
    pauses: PauseSet = PauseSet()
  ) {
    self.shard = shard
    self.prefix = prefix
    self.routes = routes
    self.rules = rules
    self.blocked = blocked
    self.known = known
    self.pauses = pauses
    phase = historyEnd.map { .backfilling(Backfill(until: $0)) } ?? .recovering(ShardPhase.Recovery())
    commits = CommitQueue(
      shard, style: Self.style(known, routes), delivered: delivered, isInHistory: historyEnd != nil)
  }

  // MARK: What is in flight

  /// What has been read and is neither settled in Redis nor given up.
  var load: Load { active + held.load }

  /// That, without what waits behind others, or for a retry.
  var active: Load { resumed.load + ready.load + pages.load + lent + commits.load }

  /// True while something of the shard is being handled or committed.
  var isBusy: Bool { active.events > 0 || commits.isBusy }

  /// How many runners may find something.
  var workCount: Int { ready.load.events + resumed.load.events + (pages.isEmpty ? 0 : 1) }

  var hasWork: Bool { !ready.isEmpty || !resumed.isEmpty || !pages.isEmpty }

  /// How batches are made, by what is known of the shard.
  private static func style(_ known: ShardKnowledge, _ routes: ShardRoutes?) -> CommitBatch.Style {
    CommitBatch.Style(routes: routes, speculates: known.setbacks.speculation.isOn, notesWrites: known.isRead)
  }

  // MARK: Giving back

  /// Stops reading from a shard that is to be given back; what has been read and not begun stays pending for the next owner.
  mutating func retire() {
    guard !phase.isRetiring else { return }
    phase = .retiring(from: phase, postponed: [])
    if returnUnbegun() > 0 { phase.forgetPending() }
  }

  /// Reads on after all: whoever was to have the shard is gone.
  mutating func keep() {
    guard case .retiring(let earlier, let postponed) = phase else { return }
    phase = earlier
    for key in postponed { startNext(of: key.text) }
  }

  /// Gives up on what has not begun: it stays pending, for the next owner.
  ///
  /// - Returns: how many events that are.
  mutating func returnUnbegun() -> Int {
    // Others of the same key wait behind what was resumed: a worker that may keep the shard goes on with them.
    ready.removeAll() + pages.removeAll() + (stop == .givingUp ? resumed.removeAll() : 0)
  }

  // MARK: What handlers read

  /// Has batches be made as what is known now wants it.
  mutating func setStyle() { commits.style = Self.style(known, routes) }

  /// Takes in that handlers read the service's state: from now on is noted what events write.
  mutating func noteReading() {
    known.isRead = true
    setStyle()
  }

  /// Takes in that the shard is about to be read, and what events read of it asked for.
  mutating func beginReadAhead() { writtenSinceRead = [] }

  /// Takes in what fields hold that new events are going to read, but for those that were written meanwhile.
  mutating func admit(_ found: [(field: StateField, value: String?)]) {
    for (field, value) in found {
      let name = StateName(field)
      guard !commits.hasUncommitted(name), writtenSinceRead?.contains(where: { $0.contains(name) }) == false else {
        continue
      }
      foreseen.found(value, in: field)
    }
  }
}
