extension ProtocolState {
  /// All that the server holds. The effects of the entries of one key must be applied in log order.
  struct Server: Hashable {
    /// How many keys the entries have, in turn.
    let keyCount: Int
    /// True if somebody may move a group.
    let mayBeMoved: Bool
    /// The entries of all topics, in order.
    var log: [Entry] = []
    /// Where each topic's group stands: at the last entry delivered. Nil if it was destroyed.
    var places: [Int?]
    /// The pending entries lists: entry -> consumer.
    var pending: [Entry: Int] = [:]
    /// The consumer that owns the lease.
    var owner: Int?
    var epoch = 0
    /// Number of the last commit in this epoch.
    var commit = 0
    /// The id of the last entry in the log's order that was acknowledged.
    var position = 0
    /// The ids of what it passed over and is not acknowledged.
    var behind: Set<Int> = []
    /// The connections that the owner, and owners before it that nobody has cut off yet, read with.
    var readers: [Int] = []
    /// Entries in the order in which their effects were applied.
    var applied: [Entry] = []

    var hasGroups: Bool { !places.contains(nil) }

    /// What a topic's group has not delivered.
    func undelivered(of topic: Int) -> [Entry] {
      guard topic < places.count, let place = places[topic] else { return [] }
      return log.filter { $0.topic == topic && $0.id > place }
    }

    func isDelivered(_ entry: Entry) -> Bool { entry.id <= places[entry.topic] ?? 0 }

    func haveSameKey(_ one: Entry, _ other: Entry) -> Bool { (one.id - other.id).isMultiple(of: keyCount) }

    /// What is wrong with this state; nil if nothing is.
    var violation: String? {
      if Set(applied).count != applied.count { return "effects twice: \(applied)" }
      for (index, entry) in applied.enumerated() {
        guard let place = log.firstIndex(of: entry) else {
          return "effects of an entry that the log does not hold: \(applied)"
        }
        for earlier in log[..<place] where haveSameKey(earlier, entry) && !applied[..<index].contains(earlier) {
          return applied.contains(earlier)
            ? "out of order: \(applied)" : "entry \(earlier) was passed over: \(applied)"
        }
      }
      // A group that somebody has moved is put back.
      guard hasGroups, !mayBeMoved else { return nil }
      for entry in log where isDelivered(entry) && pending[entry] == nil && !applied.contains(entry) {
        return "entry \(entry) has no effects and will not be delivered again: \(applied)"
      }
      return nil
    }

    /// True if an entry was acknowledged.
    func isSettled(_ entry: Entry) -> Bool { entry.id <= position && !behind.contains(entry.id) }

    /// True if a renewal sees that a group does not stand where it must.
    var isShifted: Bool {
      places.indices.contains { topic in
        let place = places[topic] ?? 0
        let given = pending.keys.filter { $0.topic == topic }
        if given.contains(where: isSettled) { return true }
        let last = max(position, given.map(\.id).max() ?? 0)
        return log.contains { $0.topic == topic && $0.id > min(last, place) && $0.id <= max(last, place) }
      }
    }

    /// True if between the position and an entry that was given out stands something that was not.
    func hasHole(before last: Int) -> Bool {
      log.contains { $0.id > position && $0.id < last && pending[$0] == nil }
    }

    /// Makes anew the groups that are gone.
    mutating func restoreGroups(for consumer: Int, keepingPosition: Bool) {
      for topic in places.indices where places[topic] == nil {
        places[topic] = keepingPosition ? position : log.last { $0.topic == topic }?.id ?? 0
        for entry in log where entry.topic == topic && behind.contains(entry.id) { pending[entry] = consumer }
      }
    }

    /// Puts the groups back to where they must stand.
    ///
    /// - Parameter areTogether: false if each topic is looked at by itself.
    mutating func putBack(for consumer: Int, areTogether: Bool) {
      pending = pending.filter { !isSettled($0.key) }
      for entry in log where behind.contains(entry.id) && pending[entry] == nil { pending[entry] = consumer }
      for topics in areTogether ? [places.indices] : places.indices.map({ $0..<$0 + 1 }) {
        let open = log.filter { $0.id > position && topics.contains($0.topic) }
        let place = open.prefix { pending[$0] != nil }.last?.id ?? position
        for topic in topics { places[topic] = place }
        pending = pending.filter { $0.key.id <= place || !topics.contains($0.key.topic) }
      }
    }

    /// True when every entry has had its effects, if there is no violation.
    var isComplete: Bool { applied.count == log.count && pending.isEmpty }
  }
}
