/// What a shard's log holds of all that was ever added to it.
public struct LogExtent: Sendable, Hashable {
  /// What one topic holds.
  package struct Topic: Sendable, Hashable {
    package let name: String
    package let length: Int
    package let first: EntryID?
    package let last: EntryID?
    package let lastGenerated: EntryID
    /// The greatest of the entries that somebody has removed by hand; trimming leaves none.
    package let lastDeleted: EntryID
    package let added: Int

    package var removed: Int { max(0, added - length) }
    package var start: EntryID { first ?? lastGenerated.next }
  }

  package let topics: [Topic]

  /// Entries it holds.
  public var length: Int { topics.reduce(0) { $0 + $1.length } }

  /// Its first entry; nil if it holds none.
  public var first: EntryID? { topics.compactMap(\.first).min() }

  /// The last entry it holds; nil if it holds none.
  public var last: EntryID? { topics.compactMap(\.last).max() }

  /// The id that was given out last, even if its entry is gone.
  public var lastGenerated: EntryID { topics.map(\.lastGenerated).max() ?? .zero }

  /// Entries that were ever added; begins anew with a log that was lost.
  public var added: Int { topics.reduce(0) { $0 + $1.added } }

  /// True if it holds every entry that was ever added to it.
  public var isWhole: Bool { topics.allSatisfy { $0.length == $0.added } }

  /// Entries that were removed: trimmed, as a rule.
  public var removed: Int { topics.reduce(0) { $0 + $1.removed } }

  /// The place from which on it holds everything of all topics: its first entry where nothing was removed.
  public var start: EntryID {
    topics.filter { $0.removed > 0 }.map(\.start).max() ?? first ?? lastGenerated.next
  }

  /// Whether an entry of a topic that it does not hold may have been trimmed: everything before it has gone as well, and nobody has removed it
  /// by hand.
  public func mayHaveTrimmed(_ id: EntryID, of topic: String) -> Bool {
    guard let topic = topics.first(where: { $0.name.hasSameBytes(as: topic) }) else { return id < start }
    return id < topic.start && id != topic.lastDeleted
  }
}
