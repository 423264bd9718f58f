public import EventStreams

/// How far somebody has read the logs of all shards: the last entry of each.
public struct LogPosition: Sendable, Hashable, CustomStringConvertible {
  /// Shard -> the last entry that was read; of a shard that is not here, nothing.
  public private(set) var last: [Int: EntryID]

  init(_ last: [Int: EntryID]) { self.last = last }

  /// Reads what `description` wrote; nil if it is none.
  public init?(_ text: String) {
    last = [:]
    for part in text.split(separator: " ") {
      let halves = part.split(separator: "/")
      guard halves.count == 2, let shard = Int(halves[0]), shard >= 0, let id = EntryID(String(halves[1])) else {
        return nil
      }
      last[shard] = id
    }
  }

  /// `0/1775212200000-0 3/1775212200017-2`
  public var description: String {
    last.sorted { $0.key < $1.key }.map { "\($0.key)/\($0.value)" }.joined(separator: " ")
  }
}
