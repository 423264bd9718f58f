/// What a dead letter of a service is called: its shard and its id there, `4/1775212200000-0`. Ids alone are unique per shard only.
public struct LetterName: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The shard it was read from.
  public let shard: Int
  /// Its id among the dead letters of that shard.
  public let id: EntryID

  /// A name of its two parts.
  public init(shard: Int, id: EntryID) {
    self.shard = shard
    self.id = id
  }

  /// Reads `4/1775212200000-0`; nil if it is something else.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let shard = Int(parts[0]), shard >= 0, let id = EntryID(String(parts[1])) else {
      return nil
    }
    self.init(shard: shard, id: id)
  }

  /// What it says to people.
  public var description: String { "\(shard)/\(id)" }

  /// By shard, and in each the oldest first.
  public static func < (a: LetterName, b: LetterName) -> Bool { (a.shard, a.id) < (b.shard, b.id) }
}
