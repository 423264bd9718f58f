import EventStreams

/// A digest of a state, in 64 bits: the same for the same contents, in whatever order a stream's records stand.
///
/// Eight bytes at a time, as FNV-1a goes byte by byte, with a shift after each step so that no bit stays where it was. Against accidents, not
/// against forgers.
struct StateDigest {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ text: String) { add(Self.hash(text)) }

  mutating func add(_ number: UInt64) { value = Self.mixed(value, number) }

  /// Adds a set of records: their order does not count.
  mutating func add(_ records: [StoredRecord]) {
    var sum: UInt64 = 0
    for record in records { sum &+= record.json.withUnsafeBytes(Self.hash) }
    add(UInt64(records.count))
    add(sum)
  }

  private static func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    let product = (hash ^ word) &* 0x9e37_79b9_7f4a_7c15
    return product ^ product >> 32
  }

  private static func hash(_ text: String) -> UInt64 {
    var text = text
    return text.withUTF8 { hash(UnsafeRawBufferPointer($0)) }
  }

  private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash = mixed(0xcbf2_9ce4_8422_2325, UInt64(bytes.count))
    var place = 0
    while place + 8 <= bytes.count {
      hash = mixed(hash, UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
      place += 8
    }
    var rest: UInt64 = 0
    for byte in bytes[place...] { rest = rest << 8 | UInt64(byte) }
    return mixed(hash, rest)
  }
}
