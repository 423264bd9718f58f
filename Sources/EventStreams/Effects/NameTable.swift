/// Numbers names from 0 in the order they come, each together with a number of whose it is: what `FoldedEffects` looks everything
/// up in, several times per event.
///
/// An open hash table by digests.
struct NameTable: Sendable {
  private struct Entry {
    let name: String
    let owner: Int
    let hash: UInt64
  }

  private var entries: [Entry] = []
  /// An entry's number and 1, or 0; a power of two of them, at most half of them taken.
  private var slots: [Int32] = []

  /// The number of a name; if it is new, the next.
  mutating func number(of name: String, owner: Int = 0) -> (number: Int, isNew: Bool) {
    if entries.count * 2 >= slots.count { grow() }
    let hash = NameDigest.of(name, owner: owner)
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      let number = Int(slots[slot]) - 1
      let entry = entries[number]
      if entry.hash == hash, entry.owner == owner, entry.name.hasSameBytes(as: name) { return (number, false) }
      slot = (slot + 1) & mask
    }
    entries.append(Entry(name: name, owner: owner, hash: hash))
    slots[slot] = Int32(entries.count)
    return (entries.count - 1, true)
  }

  private mutating func grow() {
    slots = Array(repeating: 0, count: max(32, slots.count * 2))
    let mask = slots.count - 1
    for (number, entry) in entries.enumerated() {
      var slot = Int(truncatingIfNeeded: entry.hash) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(number + 1)
    }
  }
}
