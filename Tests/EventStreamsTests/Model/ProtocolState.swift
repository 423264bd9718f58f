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
  var publicationsLeft: Int
  var returnsLeft: Int
  var movesLeft: Int
  /// True if somebody may move the group, or has: only then are seams worth a difference between states.
  let hasSeams: Bool
  /// The id that the next event gets.
  var nextEntry: Int
  /// The names that consumers and connections get next.
  var nextName: Int

  struct Commit: Hashable {
    let consumer: Int
    let term: Int
    let number: Int
    let entries: [Int]
    let seams: [Seam]
  }

  /// Two entries that were given out one after the other.
  struct Seam: Hashable {
    let after: Int
    let before: Int
  }

  struct Worker: Hashable {
    enum Phase: Hashable {
      /// Has taken the lease, and is to cut off these connections.
      case cuttingOff([Int])
      /// Deals with what is pending after this entry.
      case recovering(after: Int)
      case reading
    }

    /// Its consumer's name, a new one for each process.
    var name: Int
    var connection: Int
    var isConnected = true
    /// True when it knows that its connection stands in the lease.
    var isRegistered = false
    /// The epoch it believes to own; nil if none.
    var term: Int?
    /// The last that it owned since the moment that the server may go back to, so that the server may not know it; 0 if none.
    var lastTerm = 0
    var phase = Phase.reading
    /// Read and handled, not committed.
    var inFlight: [Int] = []
    /// The last entry that was given out,
    var delivered = 0
    /// the last that it has sent a commit of in this term,
    var settled = 0
    /// and the seams that no commit has named yet.
    var seams: [Seam] = []
    var commits = 0
    /// The commit it waits for an answer to.
    var unanswered: Commit?

    /// Commits of this term that it knows to be in effect.
    var answeredCommits: Int { unanswered == nil ? commits : commits - 1 }

    var isIdle: Bool { inFlight.isEmpty && unanswered == nil }

    mutating func lose() {
      term = nil
      phase = .reading
      inFlight = []
      (delivered, settled, seams) = (0, 0, [])
      commits = 0
      unanswered = nil
    }
  }

  init(
    entries: Int, keys: Int, workers count: Int, crashes: Int = 0, cuts: Int = 0, destructions: Int = 0,
    publications: Int = 0, returns: Int = 0, moves: Int = 0
  ) {
    hasSeams = moves > 0
    movesLeft = moves
    server = Server(keyCount: keys, mayBeMoved: moves > 0, log: Array(1...entries))
    workers = (0..<count).map { Worker(name: $0, connection: $0) }
    nextName = count
    nextEntry = entries + 1
    crashesLeft = crashes
    cutsLeft = cuts
    destructionsLeft = destructions
    publicationsLeft = publications
    returnsLeft = returns
  }
}

extension ProtocolState.Worker {
  /// Takes in what one read, or one page of what was pending, has given out.
  mutating func receive(_ entries: [Int]) {
    if let first = entries.first, first > delivered {
      seams.append(ProtocolState.Seam(after: delivered, before: first))
    }
    delivered = max(delivered, entries.last ?? 0)
  }

  /// The seams that a commit of some entries moves the position over.
  mutating func takeSeams(passedBy entries: [Int]) -> [ProtocolState.Seam] {
    settled = max(settled, entries.max() ?? 0)
    let passed = seams.filter { $0.before <= settled }
    seams.removeAll { $0.before <= settled }
    return passed
  }
}
