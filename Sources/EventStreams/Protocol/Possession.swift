import HiredisClient

/// Asks, after a read, whether shards are owned still.
///
/// A topic that appears takes its shard from services that want all of them, before anything is added there. So whoever had a shard after a
/// read knew all its topics when it read, and nothing of another topic comes before what it was given.
struct Possession {
  let namespace: Namespace
  let service: String
  let worker: String

  /// One command for each shard.
  func ask(_ shards: [OwnedShard], in commands: inout Commands) {
    for shard in shards { commands.append("HMGET", namespace.lease(shard.number, service), "owner", "epoch") }
  }

  /// The shards that are owned no more, by the answers.
  func lost(of shards: [OwnedShard], in replies: borrowing Replies) -> [OwnedShard] {
    var lost: [OwnedShard] = []
    for (index, shard) in shards.enumerated() {
      let lease = replies[index]
      let isOwned =
        lease.error == nil && lease[0].isEqual(to: worker) && lease[1].isEqual(to: String(shard.epoch))
      if !isOwned { lost.append(shard) }
    }
    return lost
  }
}
