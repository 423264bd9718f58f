/// What a worker had in flight when it was asked to stop, and what became of it.
public struct Drained: Sendable, Hashable {
  /// Events that were read and not committed yet.
  public let inFlight: Int
  /// How many of them it has left pending, for the next owners of its shards.
  public let left: Int
}
