/// All that the lease and commit protocol depends on for one shard of one service: what the server holds, what the workers
/// believe, and which commits are on their way. All entries have one key, so their effects must be applied in log order.
struct ProtocolState: Hashable {
  // On the server.

  /// How many entries the log holds: 1, 2, ….
  let entryCount: Int
  /// The group's position: the last entry delivered.
  var delivered = 0
  /// The pending entries list: entry -> consumer.
  var pending: [Int: Int] = [:]
  /// The consumer that owns the lease.
  var owner: Int?
  var epoch = 0
  /// Number of the last commit in this epoch.
  var commit = 0
  /// The connections that the owner, and owners before it that nobody has cut off yet, read with.
  var readers: [Int] = []
  /// Entries in the order in which their effects were applied.
  var applied: [Int] = []

  // Elsewhere.

  var workers: [Worker]
  /// Commits that were sent and may still arrive, whatever became of their senders.
  var network: Set<Commit> = []
  var crashesLeft: Int
  var cutsLeft: Int
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
    var phase = Phase.reading
    /// Read and handled, not committed.
    var inFlight: [Int] = []
    var commits = 0
    /// The commit it waits for an answer to.
    var unanswered: Commit?

    var isIdle: Bool { inFlight.isEmpty && unanswered == nil }

    mutating func lose() {
      term = nil
      phase = .reading
      inFlight = []
      commits = 0
      unanswered = nil
    }
  }

  init(entries: Int, workers count: Int, crashes: Int, cuts: Int) {
    entryCount = entries
    workers = (0..<count).map { Worker(name: $0, connection: $0) }
    nextName = count
    crashesLeft = crashes
    cutsLeft = cuts
  }

  /// What is wrong with this state; nil if nothing is.
  var violation: String? {
    if Set(applied).count != applied.count { return "effects twice: \(applied)" }
    if applied != applied.sorted() { return "out of order: \(applied)" }
    if let first = applied.last, let missing = (1..<first).first(where: { !applied.contains($0) }) {
      return "entry \(missing) was passed over: \(applied)"
    }
    return nil
  }

  /// True when every entry has had its effects, once and in order.
  var isComplete: Bool { applied == Array(1...entryCount) && pending.isEmpty }
}
