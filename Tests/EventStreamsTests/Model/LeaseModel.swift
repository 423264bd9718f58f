/// The protocol of leases and commits as states and steps, small enough to look at every state it can get into.
///
/// What the server does in one function call is one step, as in `eventstreams.lua`. A worker that is paused is one that takes no step
/// while others do. Answers get lost, commits are repeated, arrive late or after their sender has died, workers crash at any
/// point, and leases run out at any moment. Two workers, one shard, three entries: the first two have one key.
struct LeaseModel: Hashable {
  /// A mechanism that can be taken out.
  enum Mechanism: CaseIterable {
    /// `commit` and `recover` refuse an epoch that is not the lease's.
    case epochCheck
    /// `commit` refuses a number that is not above the last one's.
    case commitNumber
    /// `commit` applies effects only if something it acknowledges was pending.
    case acknowledgement
    /// A new owner takes over what is pending before it reads on.
    case recoverFirst
    /// A new owner closes the connection that the earlier one reads with.
    case closeReader
    /// An owner looks for entries that were delivered to it by an answer that never came.
    case recoverLostRead
  }

  static let entries = 3
  /// Entry -> key.
  static let keys = [0, 0, 1]
  private static let epochs: UInt8 = 3

  /// A commit on its way.
  struct Commit: Hashable {
    let epoch: UInt8
    let number: UInt8
    /// A bit per entry.
    let entries: UInt8
  }

  struct Worker: Hashable {
    enum Phase: UInt8 { case none, acquired, recovering, reading }

    /// Changes with each start.
    var name: UInt8
    var phase = Phase.none
    var epoch: UInt8 = 0
    /// Whether the connection that it reads with is open and stands in the lease.
    var isConnected = true
    /// Read or recovered, and not sent for a commit.
    var inHand: UInt8 = 0
    var commits: UInt8 = 0
    /// Sent, without an answer so far.
    var sent: Commit?
    var answer: Answer = .none
    /// An answer to a read may have been lost.
    var hasLostRead = false

    enum Answer: UInt8 { case none, committed, fenced }

    mutating func lose() {
      phase = .none
      epoch = 0
      inHand = 0
      sent = nil
      answer = .none
      hasLostRead = false
    }
  }

  // The server.
  private(set) var owner: UInt8 = 0
  private(set) var epoch: UInt8 = 0
  private(set) var commit: UInt8 = 0
  private(set) var hasRunOut = false
  private(set) var delivered: UInt8 = 0
  /// Consumer of each entry, 4 bits each; 0 for none.
  private(set) var consumers: UInt16 = 0
  /// Entries from 1 in the order of their effects, 4 bits each, the last one lowest.
  private(set) var applied: UInt32 = 0

  private(set) var workers = [Worker(name: 1), Worker(name: 2)]
  /// Commits of workers that have died or given up, still on their way.
  private(set) var stray: Commit?
  private(set) var crashesLeft: UInt8 = 1

  // MARK: What must hold

  /// What is wrong with this state; nil if nothing is.
  var violation: String? {
    var seen: [Int] = []
    for shift in stride(from: 28, through: 0, by: -4) {
      let entry = Int(applied >> UInt32(shift) & 15)
      guard entry > 0 else { continue }
      if seen.contains(entry) { return "entry \(entry) took effect twice" }
      if let earlier = seen.last(where: { Self.keys[$0 - 1] == Self.keys[entry - 1] }), earlier > entry {
        return "entry \(entry) took effect after \(earlier) of the same key"
      }
      seen.append(entry)
    }
    for entry in 0..<Self.entries where entry < delivered && consumer(entry) == 0 && !seen.contains(entry + 1) {
      return "entry \(entry + 1) is acknowledged without effect"
    }
    for worker in workers where worker.phase == .reading && worker.epoch == epoch && worker.sent == nil {
      guard worker.inHand == 0, !worker.hasLostRead else { continue }
      for entry in 0..<Self.entries where consumer(entry) == worker.name {
        return "entry \(entry + 1) is pending and its owner does not know"
      }
    }
    return nil
  }

  /// True if every entry has taken effect.
  var isDone: Bool { (0..<Self.entries).allSatisfy { applied >> (UInt32($0) * 4) & 15 != 0 } }

  private func consumer(_ entry: Int) -> UInt8 { UInt8(consumers >> UInt16(entry * 4) & 15) }

  private mutating func setConsumer(_ entry: Int, _ name: UInt8) {
    consumers = consumers & ~(15 << UInt16(entry * 4)) | UInt16(name) << UInt16(entry * 4)
  }

  // MARK: What can happen

  /// All states that can follow, with what happens.
  func successors(without missing: Set<Mechanism>) -> [(String, LeaseModel)] {
    var found: [(String, LeaseModel)] = []
    func step(_ name: String, _ change: (inout LeaseModel) -> Void) {
      var next = self
      change(&next)
      if next != self { found.append((name, next)) }
    }
    if owner != 0, !hasRunOut { step("the lease runs out") { $0.hasRunOut = true } }
    if let stray {
      step("a late commit arrives") {
        $0.stray = nil
        _ = $0.execute(stray, missing)
      }
      step("a late commit is lost") { $0.stray = nil }
    }
    for index in workers.indices {
      let worker = workers[index]
      let name = "worker \(worker.name)"
      if crashesLeft > 0 {
        step("\(name) crashes") {
          $0.crashesLeft -= 1
          if worker.answer == .none, let sent = worker.sent { $0.stray = sent }
          $0.workers[index] = Worker(name: worker.name + 2)
        }
      }
      switch worker.phase {
      case .none:
        if epoch < Self.epochs, owner == 0 || owner == worker.name || hasRunOut {
          step("\(name) acquires") { $0.acquire(index) }
        }
      case .acquired:
        step("\(name) closes the earlier owner's connection") {
          if !missing.contains(.closeReader) { $0.workers[1 - index].isConnected = false }
          $0.workers[index].phase = missing.contains(.recoverFirst) ? .reading : .recovering
        }
      case .recovering:
        if worker.inHand == 0, worker.sent == nil { step("\(name) recovers") { $0.recover(index, missing) } }
      case .reading:
        if worker.isConnected, !worker.hasLostRead, delivered < Self.entries {
          step("\(name) reads") { $0.read(index, answers: true, missing) }
          step("\(name) reads, and the answer is lost") { $0.read(index, answers: false, missing) }
        }
        if worker.hasLostRead, worker.inHand == 0, worker.sent == nil {
          step("\(name) looks for what it lost") {
            $0.workers[index].hasLostRead = false
            $0.workers[index].phase = .recovering
          }
        }
      }
      guard worker.epoch > 0 else { continue }
      step("\(name) renews") { $0.renew(index) }
      if worker.inHand != 0, worker.sent == nil {
        for entries in Self.prefixes(of: worker.inHand) {
          step("\(name) sends a commit") {
            $0.workers[index].commits += 1
            $0.workers[index].inHand &= ~entries
            $0.workers[index].sent = Commit(
              epoch: worker.epoch, number: worker.commits + 1, entries: entries)
          }
        }
      }
      if let sent = worker.sent {
        // Again and again, as long as the worker has no answer.
        step("the commit of \(name) is executed") { $0.workers[index].answer = $0.execute(sent, missing) }
        if worker.answer != .none {
          step("\(name) gets the answer") {
            $0.workers[index].sent = nil
            $0.workers[index].answer = .none
            if worker.answer == .fenced { $0.workers[index].lose() }
          }
        }
      } else if worker.phase == .reading, worker.inHand == 0, !worker.hasLostRead, owner == worker.name,
        epoch == worker.epoch
      {
        step("\(name) gives the shard back") {
          $0.owner = 0
          $0.workers[index].lose()
        }
      }
    }
    return found
  }

  private static func prefixes(of mask: UInt8) -> [UInt8] {
    var prefixes: [UInt8] = []
    var prefix: UInt8 = 0
    for bit in 0..<UInt8(entries) where mask & 1 << bit != 0 {
      prefix |= 1 << bit
      prefixes.append(prefix)
    }
    return prefixes
  }

  // MARK: The functions of the server

  private mutating func acquire(_ index: Int) {
    let hadOwner = owner != 0 && owner != workers[index].name
    epoch += 1
    owner = workers[index].name
    commit = 0
    hasRunOut = false
    workers[index].lose()
    workers[index].epoch = epoch
    workers[index].commits = 0
    workers[index].isConnected = true
    workers[index].phase = .acquired
    if !hadOwner { workers[index].phase = .recovering }
  }

  private mutating func renew(_ index: Int) {
    let worker = workers[index]
    guard owner == worker.name, epoch == worker.epoch else { return workers[index].lose() }
    hasRunOut = false
    // A connection that was closed is made anew, and stands in the lease now.
    workers[index].isConnected = true
    // Entries pending for others than the owner.
    if worker.phase == .reading, worker.inHand == 0, worker.sent == nil,
      (0..<Self.entries).contains(where: { consumer($0) != 0 && consumer($0) != worker.name })
    {
      workers[index].phase = .recovering
    }
  }

  /// Takes over everything pending, in one page.
  private mutating func recover(_ index: Int, _ missing: Set<Mechanism>) {
    guard missing.contains(.epochCheck) || epoch == workers[index].epoch else { return workers[index].lose() }
    var found: UInt8 = 0
    for entry in 0..<Self.entries where consumer(entry) != 0 {
      setConsumer(entry, workers[index].name)
      found |= 1 << UInt8(entry)
    }
    workers[index].inHand = found
    if found == 0 { workers[index].phase = .reading }
  }

  /// XREADGROUP, which knows no lease.
  private mutating func read(_ index: Int, answers: Bool, _ missing: Set<Mechanism>) {
    setConsumer(Int(delivered), workers[index].name)
    if answers { workers[index].inHand |= 1 << delivered }
    delivered += 1
    guard !answers else { return }
    workers[index].isConnected = false
    if !missing.contains(.recoverLostRead) { workers[index].hasLostRead = true }
  }

  private mutating func execute(_ sent: Commit, _ missing: Set<Mechanism>) -> Worker.Answer {
    if !missing.contains(.epochCheck), sent.epoch != epoch { return .fenced }
    if !missing.contains(.commitNumber) {
      if sent.number <= commit { return .committed }
      commit = sent.number
    }
    var acknowledged = 0
    for entry in 0..<Self.entries where sent.entries & 1 << UInt8(entry) != 0 && consumer(entry) != 0 {
      setConsumer(entry, 0)
      acknowledged += 1
    }
    guard acknowledged > 0 || missing.contains(.acknowledgement) else { return .committed }
    for entry in 0..<Self.entries where sent.entries & 1 << UInt8(entry) != 0 {
      applied = applied << 4 | UInt32(entry + 1)
    }
    return .committed
  }
}
