/// What stands for names where something is looked up several times per event: 64 bits, other ones in each process.
///
/// Eight bytes are taken at a time (multiply and fold, as in wyhash, Wang Yi 2019). It begins with a random number, so that nobody who
/// chooses names can know which come to the same.
enum NameDigest {
  private static let seed = UInt64.random(in: .min ... .max)

  /// - Parameter owner: a number that tells names from the same names of others.
  static func of(_ name: String, owner: Int = 0) -> UInt64 {
    of(name, after: mixed(seed, UInt64(truncatingIfNeeded: owner), 0))
  }

  /// Of a name that follows another.
  ///
  /// - Parameter hash: the digest of the other.
  static func of(_ name: String, after hash: UInt64) -> UInt64 {
    let bytes = name.utf8.span.bytes
    var hash = mixed(hash, UInt64(truncatingIfNeeded: bytes.byteCount), 2)
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
