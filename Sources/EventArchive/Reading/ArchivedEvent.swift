public import EventStreams

/// A row of the archive.
public struct ArchivedEvent: Sendable {
  /// The shard.
  public let shard: Int
  /// The event's place in the shard's log.
  public let entryID: EntryID
  /// The event's JSON as it was logged, byte for byte.
  public let json: [UInt8]
  /// The number of its link in the shard's chain; nil if it has none.
  public let link: Int?
  /// What it says that it hashes to; nil if it says nothing.
  public let hash: ChainHash?
  /// True if an event of the same id and key stands before it in the shard: it was published again after its id was
  /// forgotten. Only told where it was asked for.
  public let isRepetition: Bool

  /// Whether it is what the log holds. An archive that was begun before there were chains holds repaired text where an event was
  /// no UTF-8.
  public func matches(_ logged: [UInt8]) -> Bool {
    json == logged || json == Array(String(decoding: logged, as: UTF8.self).utf8)
  }
}
