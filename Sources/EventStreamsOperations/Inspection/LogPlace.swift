public import EventStreams

/// A place in one of a namespace's logs. Those of different shards are compared by their age.
public struct LogPlace: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The place in its shard's log.
  public let entryID: EntryID
  /// The shard.
  public let shard: Int

  /// A place.
  public init(entryID: EntryID, shard: Int) {
    self.entryID = entryID
    self.shard = shard
  }

  /// Reads `4/1775212200000-0`; nil if it is something else.
  public init?(_ text: String) {
    guard let name = LetterName(text) else { return nil }
    self.init(entryID: name.id, shard: name.shard)
  }

  /// `4/1775212200000-0`
  public var description: String { "\(shard)/\(entryID)" }

  /// The older one first.
  public static func < (a: LogPlace, b: LogPlace) -> Bool { (a.entryID, a.shard) < (b.entryID, b.shard) }
}
