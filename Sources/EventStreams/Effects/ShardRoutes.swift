/// Where a service's follow-ups in a shard go: into the shard's own log, or through its outbox to the shard that their key says.
struct ShardRoutes: Sendable {
  let namespace: Namespace
  let shard: Int
  /// The outbox's key.
  let outbox: String

  init(_ namespace: Namespace, shard: Int, service: String) {
    self.namespace = namespace
    self.shard = shard
    outbox = namespace.outbox(shard, service)
  }

  /// The shard of a key, unless it is this one.
  func otherShard(of shardKey: String) -> Int? {
    let other = namespace.shard(of: shardKey)
    return other == shard ? nil : other
  }
}
