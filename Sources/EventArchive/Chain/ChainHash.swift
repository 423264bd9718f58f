import Crypto
public import EventStreams

/// What a row of the archive hashes to, together with all rows of its shard that were stored before it.
///
/// SHA-256 of: the hash of the row stored before it in the same shard (32 bytes; 32 zero bytes for the first), the shard, the
/// milliseconds and the sequence of its entry id (8 bytes each, unsigned, the highest byte first), and the event's bytes as
/// logged.
public struct ChainHash: Sendable, Hashable, CustomStringConvertible {
  /// 32 bytes.
  public let bytes: [UInt8]

  /// What the first row of a shard follows: 32 zero bytes.
  public static let start = ChainHash(unchecked: Array(repeating: 0, count: 32))

  /// The hash of a row.
  ///
  /// - Parameters:
  ///   - previous: the hash of the row that was stored before it in its shard.
  ///   - shard: in which the event stands.
  ///   - entryID: where it stands in the shard's log.
  ///   - event: as the row holds it.
  public init(after previous: ChainHash, shard: Int, entryID: EntryID, event: [UInt8]) {
    var hash = SHA256()
    previous.bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
    let place = (UInt64(shard).bigEndian, entryID.milliseconds.bigEndian, entryID.sequence.bigEndian)
    withUnsafeBytes(of: place) { hash.update(bufferPointer: $0) }
    event.withUnsafeBytes { hash.update(bufferPointer: $0) }
    bytes = hash.finalize().withUnsafeBytes { Array($0) }
  }

  /// A hash that was stored; nil unless it has 32 bytes.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self.init(unchecked: bytes)
  }

  private init(unchecked bytes: [UInt8]) { self.bytes = bytes }

  /// 64 hexadecimal digits.
  public var description: String { bytes.hexadecimal }

  /// The first 12 digits, for people.
  public var short: String { String(description.prefix(12)) }
}
