import HiredisClient

/// A look at a shard's outbox: what was read of it, and what has become of that.
struct Outbox: Sendable {
  let shard: Int
  /// Of the lease under which it is looked at.
  let epoch: Int
  /// What could not be forwarded before.
  private let known: StuckOutbox?
  private(set) var page = OutboxPage()
  /// Shard -> the last entry for it that was removed.
  private(set) var sent: [Int: EntryID] = [:]
  /// Entries that their shards have,
  private(set) var taken: [EntryID] = []
  /// and the last of each shard.
  private(set) var places: [Int: EntryID] = [:]
  /// Shards that could not be given something.
  var failed: Set<Int> = []

  init(shard: Int, epoch: Int, stuck: StuckOutbox?) {
    self.shard = shard
    self.epoch = epoch
    known = stuck
  }

  /// Where XRANGE begins: after entries that can't be forwarded, but for now and then.
  var start: String {
    guard let known, !known.isTriedAgain, known.after > .zero else { return "-" }
    return "(\(known.after)"
  }

  /// Whether a shard is to be given what was read for it.
  func isMeant(_ target: Int) -> Bool {
    guard let known else { return true }
    return known.targets.contains(target) == known.isTriedAgain
  }

  mutating func read(_ entries: borrowing ReplyNode, _ sent: borrowing ReplyNode) throws {
    page = try OutboxPage(entries)
    for field in stride(from: 0, to: sent.count - 1, by: 2) {
      if let target = Int(sent[field].lossyText) { self.sent[target] = EntryID(utf8: sent[field + 1].bytes) }
    }
  }

  mutating func take(_ call: ForwardCall) {
    taken += call.entries.map(\.id)
    places[call.target] = call.entries.last?.id
  }

  /// True if there may be more than was read.
  var isLong: Bool { page.count == OutboxPage.length }

  /// True if there is more to forward right now.
  var hasMore: Bool { isLong || taken.count < page.entries.count { isMeant($0.target) && !failed.contains($0.target) } }

  /// What could not be forwarded by now; nil if all that was read has been, or is to be looked at anew.
  func stuck(over connectCount: Int) -> StuckOutbox? {
    if var known, known.isTriedAgain {
      known.isTriedAgain = false
      return taken.isEmpty ? known : nil
    }
    var stuck = known ?? StuckOutbox(epoch: epoch, connectCount: connectCount)
    stuck.targets.formUnion(failed)
    guard !stuck.targets.isEmpty || page.unreadable > 0 || known != nil else { return nil }
    let isPassed = page.entries.allSatisfy { entry in
      stuck.targets.contains(entry.target) || entry.id <= places[entry.target] ?? .zero
    }
    if isPassed, let last = page.last { stuck.after = last }
    return stuck
  }
}
