/// All that the lease and commit protocol depends on for one shard of one service: what the server holds, what the workers
/// believe, and which commits are on their way. The effects of the entries of one key must be applied in log order.
struct ProtocolState: Hashable {
  var server: Server
  /// What the server was at some moment that it may go back to.
  var earlier: Server?

  var workers: [Worker]
  /// Commits that were sent and may still arrive, whatever became of their senders.
  var network: Set<Commit> = []
  var crashesLeft: Int
  var cutsLeft: Int
  var destructionsLeft: Int
  /// What is still to be published: the topics of the entries of each call.
  var publications: [[Int]]
  var returnsLeft: Int
  var movesLeft: Int
  /// How many entries of one stream a read gives at most.
  let count: Int
  /// True if somebody may move a group, or has: only then are seams worth a difference between states.
  let hasSeams: Bool
  /// The id that the next event gets.
  var nextEntry: Int
  /// The names that consumers and connections get next.
  var nextName: Int

  struct Commit: Hashable {
    let consumer: Int
    let epoch: Int
    let number: Int
    let entries: [Entry]
    /// How many that were given out it passes over, and leaves pending.
    let left: Int
    let seams: [Seam]
  }

  /// Two entries of a topic that were read one after the other.
  struct Seam: Hashable {
    let topic: Int
    let after: Int
    let before: Int
  }

  struct Worker: Hashable {
    enum Phase: Hashable {
      /// Has taken the lease, and is to cut off these connections.
      case cuttingOff([Int])
      /// Deals with what is pending after this entry.
      case recovering(after: Entry?)
      case reading
    }

    /// Its consumer's name, a new one for each process.
    var name: Int
    var connection: Int
    var isConnected = true
    /// True when it knows that its connection stands in the lease.
    var isRegistered = false
    /// The epoch it believes to own; nil if none.
    var epoch: Int?
    /// The last that it owned since the moment that the server may go back to, so that the server may not know it; 0 if none.
    var lastEpoch = 0
    var phase = Phase.reading
    /// How many topics it knows in this epoch.
    var topics = 0
    /// Read, and not given out: something that was not read may stand before it.
    var carried: [Entry] = []
    /// Given out and handled, not committed.
    var inFlight: [Entry] = []
    /// The last entry that was given out,
    var given = 0
    /// up to where all of each topic has been read,
    var read: [Int] = []
    /// the last that it has sent a commit of in this epoch,
    var settled = 0
    /// and the seams that no commit has named yet.
    var seams: [Seam] = []
    var commits = 0
    /// The commit it waits for an answer to.
    var unanswered: Commit?

    /// Commits of this epoch that it knows to be in effect.
    var answeredCommits: Int { unanswered == nil ? commits : commits - 1 }

    var isIdle: Bool { inFlight.isEmpty && unanswered == nil }

    /// Is to deal with what is pending, which is also all that it carries.
    mutating func startRecovering() {
      phase = .recovering(after: nil)
      forgetCarried()
    }

    mutating func lose() {
      epoch = nil
      phase = .reading
      topics = 0
      (carried, inFlight) = ([], [])
      (given, read, settled, seams) = (0, [], 0, [])
      commits = 0
      unanswered = nil
    }
  }

  /// - Parameters:
  ///   - log: the topics of the entries, a letter for each.
  ///   - count: how many entries of one stream a read gives at most.
  ///   - publications: the topics of what is published, call by call.
  ///   - topics: how many there are; if nil, all that are named. Others appear when something is published in them.
  init(
    log: String, count: Int = 1, keys: Int, workers workerCount: Int, crashes: Int = 0, cuts: Int = 0,
    destructions: Int = 0, publications: [String] = [], topics: Int? = nil, returns: Int = 0, moves: Int = 0
  ) {
    let named = Entry.topics(log + publications.joined()).max() ?? 0
    self.count = count
    hasSeams = moves > 0
    movesLeft = moves
    server = Server(keyCount: keys, mayBeMoved: moves > 0, places: Array(repeating: 0, count: topics ?? named + 1))
    workers = (0..<workerCount).map { Worker(name: $0, connection: $0) }
    nextName = workerCount
    nextEntry = 1
    crashesLeft = crashes
    cutsLeft = cuts
    destructionsLeft = destructions
    self.publications = publications.map(Entry.topics)
    returnsLeft = returns
    for topic in Entry.topics(log) {
      server.log.append(Entry(id: nextEntry, topic: topic))
      nextEntry += 1
    }
  }

  /// The state in which a worker, or a new process if nil, is the only one, and nothing more happens to it.
  func left(to worker: Worker?) -> ProtocolState {
    // Names that nobody has.
    let name = 1_000
    var state = self
    state.workers = [worker ?? Worker(name: name, connection: name)]
    state.nextName = name + 1
    (state.earlier, state.network, state.publications) = (nil, [], [])
    (state.crashesLeft, state.cutsLeft, state.destructionsLeft, state.returnsLeft, state.movesLeft) = (0, 0, 0, 0, 0)
    state.nextEntry = 0
    return state
  }
}
