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
  /// The id that the next event gets.
  var nextEntry: Int
  /// The names that consumers and connections get next.
  var nextName: Int

  struct Commit: Hashable {
    let consumer: Int
    let term: Int
    let number: Int
    let entries: [Int]
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
      commits = 0
      unanswered = nil
    }
  }

  init(
    entries: Int, keys: Int, workers count: Int, crashes: Int = 0, cuts: Int = 0, destructions: Int = 0,
    publications: Int = 0, returns: Int = 0
  ) {
    server = Server(keyCount: keys, log: Array(1...entries))
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
