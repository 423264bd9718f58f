/// Short digests for names; not for secrets.
enum Digest {
  /// FNV-1a of 64 bits (Fowler, Noll and Vo).
  static func fnv1a(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
