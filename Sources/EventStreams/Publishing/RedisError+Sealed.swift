public import HiredisClient

extension RedisError {
  /// True if a shard takes no more events because the namespace is being split into another number of shards: nothing was published there.
  /// Look for the namespace again, and publish what is left to what is found: what has arrived is recognised.
  public var isSealed: Bool { prefix == "SEALED" }
}
