/// Numbers names from 0 in the order they come, each together with a number of whose it is: what `FoldedEffects` looks everything
/// up in, several times per event.
///
/// An open hash table whose function takes eight bytes at a time (multiply and fold, as in wyhash, Wang Yi 2019) and begins
/// with a random number, so that nobody who chooses names can know which collide.
struct NameTable: Sendable {
  private struct Entry {
    let name: String
    let owner: Int
    let hash: UInt64
  }

  private var entries: [Entry] = []
  /// An entry's number and 1, or 0; a power of two of them, at most half of them taken.
  private var slots: [Int32] = []
  private static let seed = UInt64.random(in: .min ... .max)

  /// The number of a name; if it is new, the next.
  mutating func number(of name: String, owner: Int = 0) -> (number: Int, isNew: Bool) {
    if entries.count * 2 >= slots.count { grow() }
    let hash = Self.hash(name, owner)
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

  private static func hash(_ name: String, _ owner: Int) -> UInt64 {
    let bytes = name.utf8.span.bytes
    var hash = mixed(seed, UInt64(truncatingIfNeeded: owner), UInt64(truncatingIfNeeded: bytes.byteCount))
    var position = 0
    while bytes.byteCount - position >= 8 {
      // There are eight bytes at the position.
      hash = mixed(hash, bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self), 0)
      position += 8
    }
    var rest: UInt64 = 0
    while position < bytes.byteCount {
      rest = rest << 8 | UInt64(bytes.unsafeLoad(fromUncheckedByteOffset: position, as: UInt8.self))
      position += 1
    }
    return mixed(hash, rest, 1)
  }

  private static func mixed(_ hash: UInt64, _ word: UInt64, _ more: UInt64) -> UInt64 {
    let (high, low) = (hash ^ word).multipliedFullWidth(by: 0xa076_1d64_78bd_642f &+ (more << 1))
    return high ^ low
  }
}
