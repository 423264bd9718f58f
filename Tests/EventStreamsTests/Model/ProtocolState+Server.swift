extension ProtocolState {
  /// All that the server holds. The effects of the entries of one key must be applied in log order.
  struct Server: Hashable {
    /// How many keys the entries have, in turn.
    let keyCount: Int
    /// True if somebody may move the group.
    let mayBeMoved: Bool
    /// The entries of the log, in order.
    var log: [Int]
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

    /// The entry that is delivered next; nil if all were.
    var undelivered: Int? { log.first { $0 > delivered } }

    /// The entries of one key that come before an entry.
    func predecessors(of entry: Int) -> [Int] {
      log.filter { $0 < entry && ($0 - entry).isMultiple(of: keyCount) }
    }

    /// What is wrong with this state; nil if nothing is.
    var violation: String? {
      if Set(applied).count != applied.count { return "effects twice: \(applied)" }
      for (index, entry) in applied.enumerated() {
        guard log.contains(entry) else { return "effects of an entry that the log does not hold: \(applied)" }
        for earlier in predecessors(of: entry) where !applied[..<index].contains(earlier) {
          return applied.contains(earlier)
            ? "out of order: \(applied)" : "entry \(earlier) was passed over: \(applied)"
        }
      }
      // A group that somebody has moved is put back.
      guard hasGroup, !mayBeMoved else { return nil }
      for entry in log where entry <= delivered && pending[entry] == nil && !applied.contains(entry) {
        return "entry \(entry) has no effects and will not be delivered again: \(applied)"
      }
      return nil
    }

    /// True if an entry was acknowledged.
    func isSettled(_ entry: Int) -> Bool { entry <= position && !behind.contains(entry) }

    /// True if a renewal sees that the group does not stand where it must.
    var isShifted: Bool {
      if let first = pending.keys.min(), isSettled(first) { return true }
      let last = max(position, pending.keys.max() ?? 0)
      return log.contains { $0 > min(last, delivered) && $0 <= max(last, delivered) }
    }

    /// Puts the group back to where it must stand.
    mutating func putBack(for consumer: Int) {
      pending = pending.filter { !isSettled($0.key) }
      for entry in behind where pending[entry] == nil && log.contains(entry) { pending[entry] = consumer }
      let given = log.filter { $0 > position && $0 <= max(delivered, pending.keys.max() ?? 0) }
      let beforeHole = given.prefix { pending[$0] != nil }
      if beforeHole.count < given.count || beforeHole.last ?? 0 > delivered {
        delivered = beforeHole.last ?? position
        pending = pending.filter { $0.key <= delivered }
      } else if log.contains(where: { $0 > delivered && $0 <= position }) {
        delivered = position
      }
    }

    /// True when every entry has had its effects, if there is no violation.
    var isComplete: Bool { applied.count == log.count && pending.isEmpty }
  }
}
