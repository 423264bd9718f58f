/// What a shard's log holds of all that was ever added to it.
public struct LogExtent: Sendable, Hashable {
  /// Entries it holds.
  public let length: Int
  /// Its first entry; nil if it holds none.
  public let first: StreamID?
  /// The last entry it holds; nil if it holds none.
  public let last: StreamID?
  /// The id that was given out last, even if its entry is gone.
  public let lastGenerated: StreamID
  /// Entries that were ever added; begins anew with a log that was lost.
  public let added: Int

  /// True if it holds every entry that was ever added to it.
  public var isWhole: Bool { length == added }

  /// Entries that were removed: trimmed, as a rule.
  public var removed: Int { max(0, added - length) }

  /// Its first entry, or, if it holds none, the first place that one could have.
  public var start: StreamID { first ?? lastGenerated.next }
}
