/// Short digests for names; not for secrets.
enum Digest {
  /// FNV-1a of 64 bits (Fowler, Noll and Vo).
  static func fnv1a(_ text: String) -> UInt64 { fnv1a(text.utf8, after: start) }

  /// The same over bytes that follow others.
  static func fnv1a(_ bytes: some Sequence<UInt8>, after digest: UInt64) -> UInt64 {
    bytes.reduce(digest) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  /// Of nothing.
  static let start: UInt64 = 0xcbf2_9ce4_8422_2325
}
