import EventStreams

/// Where an entry stands among all that are pending: by its id, which is its age, then by where it is.
public struct PendingPlace: Sendable, Hashable, Comparable, CustomStringConvertible {
  let entryID: EntryID
  let shard: Int
  let service: String
  let topic: String

  init(entryID: EntryID, shard: Int, service: String, topic: String) {
    self.entryID = entryID
    self.shard = shard
    self.service = service
    self.topic = topic
  }

  /// Reads what `description` says; nil if it is something else.
  public init?(_ text: String) {
    let parts = text.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 4, let entryID = EntryID(String(parts[0])), let shard = Int(parts[1]), shard >= 0 else {
      return nil
    }
    self.init(entryID: entryID, shard: shard, service: String(parts[2]), topic: String(parts[3]))
  }

  /// All of it, with blanks in between, which no service's name has.
  public var description: String { "\(entryID) \(shard) \(service) \(topic)" }

  /// The older one first.
  public static func < (a: PendingPlace, b: PendingPlace) -> Bool {
    (a.entryID, a.shard, Identifier(a.service), Identifier(a.topic))
      < (b.entryID, b.shard, Identifier(b.service), Identifier(b.topic))
  }
}
