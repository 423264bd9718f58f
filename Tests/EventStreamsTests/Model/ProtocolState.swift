/// All that the lease and commit protocol depends on for one shard of one service: what the server holds, what the workers
/// believe, and which commits are on their way. The effects of the entries of one key must be applied in log order.
struct ProtocolState: Hashable {
  // On the server.

  /// How many entries the log holds: 1, 2, ….
  let entryCount: Int
  /// How many keys they have, in turn.
  let keyCount: Int
  /// False when the group was destroyed.
  var hasGroup = true
  /// The group's position: the last entry delivered.
  var delivered = 0
  /// The pending entries list: entry -> consumer.
  var pending: [Int: Int] = [:]
  /// The consumer that owns the lease.
  var owner: Int?
  var epoch = 0
  /// Number of the last commit in this epoch.
  var commit = 0
  /// The last entry in the log's order that was acknowledged.
  var position = 0
  /// What it passed over and is not acknowledged.
  var behind: Set<Int> = []
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
  var destructionsLeft: Int
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

  init(entries: Int, keys: Int, workers count: Int, crashes: Int, cuts: Int, destructions: Int) {
    entryCount = entries
    keyCount = keys
    workers = (0..<count).map { Worker(name: $0, connection: $0) }
    nextName = count
    crashesLeft = crashes
    cutsLeft = cuts
    destructionsLeft = destructions
  }

  /// The entries of one key that come before an entry.
  func predecessors(of entry: Int) -> StrideTo<Int> {
    stride(from: (entry - 1) % keyCount + 1, to: entry, by: keyCount)
  }

  /// What is wrong with this state; nil if nothing is.
  var violation: String? {
    if Set(applied).count != applied.count { return "effects twice: \(applied)" }
    for (index, entry) in applied.enumerated() {
      for earlier in predecessors(of: entry) where !applied[..<index].contains(earlier) {
        return applied.contains(earlier)
          ? "out of order: \(applied)" : "entry \(earlier) was passed over: \(applied)"
      }
    }
    return nil
  }

  /// True when every entry has had its effects, if there is no violation.
  var isComplete: Bool { applied.count == entryCount && pending.isEmpty }
}
