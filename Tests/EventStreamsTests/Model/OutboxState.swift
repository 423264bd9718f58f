/// All that events to another shard depend on: what the shard that they come from and the one that gets them hold, which may lie on servers
/// of their own, and what the workers believe that forward them. The events of one key must come in order.
struct OutboxState: Hashable {
  /// An entry of the outbox is of a commit of an epoch: ids of entries are compared like that.
  struct ID: Hashable, Comparable {
    var epoch = 0
    var number = 0

    static func < (one: ID, other: ID) -> Bool { (one.epoch, one.number) < (other.epoch, other.number) }
  }

  /// What one commit leaves: the event that follows from an event of the log.
  struct Entry: Hashable {
    let id: ID
    let event: Int
  }

  struct Source: Hashable {
    var epoch = 0
    /// Number of the last commit in this epoch.
    var commit = 0
    /// The events that were handled.
    var done: Set<Int> = []
    var outbox: [Entry] = []
    /// The last entry that the outbox has had,
    var last = ID()
    /// and the last that was removed.
    var sent = ID()
  }

  struct Target: Hashable {
    /// The last entry that it has.
    var inbox = ID()
    var log: [Int] = []
    var remembered: Set<Int> = []
  }

  struct Worker: Hashable {
    enum Phase: Hashable {
      case idle
      case read([Entry], sent: ID)
      case given([Entry])
    }

    var epoch: Int?
    var commits = 0
    var phase = Phase.idle
  }

  let events: Int
  let keys: Int
  var source = Source()
  var target = Target()
  /// What they were at a moment that they may go back to.
  var earlier: (source: Source, target: Target)?
  var workers: [Worker]
  var crashesLeft: Int
  var forgettingLeft: Int
  var returnsLeft: Int
  /// How often a shard is still taken.
  var epochsLeft: Int
  /// True if the shard that the events come from may go back alone.
  let goesBackAlone: Bool
  /// The greatest epoch that there was: time goes on, whatever servers forget.
  var time = 0

  init(
    events: Int, keys: Int, workers: Int, crashes: Int = 0, forgetting: Int = 0, returns: Int = 0,
    epochs: Int = 3, goesBackAlone: Bool = false
  ) {
    self.events = events
    self.keys = keys
    self.workers = Array(repeating: Worker(), count: workers)
    crashesLeft = crashes
    forgettingLeft = forgetting
    returnsLeft = returns
    epochsLeft = epochs
    self.goesBackAlone = goesBackAlone
  }

  /// What is wrong with what the shard was given; nil if nothing is.
  var violation: String? {
    if Set(target.log).count != target.log.count { return "twice: \(target.log)" }
    for key in 0..<keys {
      let given = target.log.filter { $0 % keys == key }
      if given != given.sorted() { return "out of order: \(target.log)" }
    }
    return nil
  }

  var isComplete: Bool { target.log.count == events && source.outbox.isEmpty }

  static func == (one: OutboxState, other: OutboxState) -> Bool {
    one.source == other.source && one.target == other.target && one.workers == other.workers
      && one.earlier?.source == other.earlier?.source && one.earlier?.target == other.earlier?.target
      && (one.crashesLeft, one.forgettingLeft, one.returnsLeft, one.epochsLeft, one.time)
        == (other.crashesLeft, other.forgettingLeft, other.returnsLeft, other.epochsLeft, other.time)
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(source)
    hasher.combine(target)
    hasher.combine(workers)
    hasher.combine(earlier?.source)
    hasher.combine(crashesLeft)
    hasher.combine(returnsLeft)
  }
}
