import DequeModule

/// The entries of one shard that its owner was given and has not settled, as far as the position has passed over them.
///
/// A commit says how many those are, and the server counts what is pending up to there: where that isn't the same, the server has gone back to
/// an earlier moment, or somebody has acknowledged or moved something.
struct OpenEntries {
  /// Given out after the position, in the order of the log.
  private var ahead: Deque<EntryID> = []
  /// Of these, those that are settled.
  private var settled: Set<EntryID> = []
  /// Up to the position, and not settled.
  private var behind: Set<EntryID> = []
  private var position = EntryID.zero
  /// Those that the position has passed over the last time, and that are not settled.
  private(set) var passed: [EntryID] = []

  /// Takes in that an entry was given out, maybe once more.
  mutating func add(_ id: EntryID) {
    guard id > position else {
      behind.insert(id)
      return
    }
    guard let last = ahead.last, id <= last else { return ahead.append(id) }
    var (low, high) = (0, ahead.count)
    while low < high {
      let middle = (low + high) / 2
      if ahead[middle] < id { low = middle + 1 } else { high = middle }
    }
    if ahead[low] != id { ahead.insert(id, at: low) }
  }

  /// Takes in that an entry is settled.
  mutating func settle(_ id: EntryID) {
    if ahead.first == id {
      ahead.removeFirst()
    } else if id > position {
      settled.insert(id)
    } else {
      behind.remove(id)
    }
  }

  /// Takes in that an entry is not settled after all.
  mutating func reopen(_ id: EntryID) {
    if settled.remove(id) == nil { add(id) }
  }

  /// Moves the position; returns how many entries up to there are not settled.
  mutating func pass(to place: EntryID) -> Int {
    position = max(position, place)
    passed.removeAll(keepingCapacity: true)
    while let first = ahead.first, first <= position {
      ahead.removeFirst()
      guard settled.remove(first) == nil else { continue }
      behind.insert(first)
      passed.append(first)
    }
    return behind.count
  }
}
