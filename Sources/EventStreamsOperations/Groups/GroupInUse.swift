import EventStreams

/// Thrown for a group that can't be removed because a worker has it, or because what it has published has not been forwarded.
public struct GroupInUse: Error, Sendable, CustomStringConvertible {
  let name: String
  /// A shard whose outbox holds events for other shards; nil if a worker has the group.
  var unsentShard: Int?

  /// What it says to people.
  public var description: String {
    guard let unsentShard else { return "workers of '\(name)' are running: stop them first" }
    return
      "events that '\(name)' has published in shard \(unsentShard) have not been forwarded to their shards: run it once more, until rides status shows none in its outbox"
  }
}
