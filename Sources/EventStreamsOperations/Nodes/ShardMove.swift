public import HiredisClient

/// A shard that is to go from one server to another.
public struct ShardMove: Sendable, Hashable {
  /// The shard.
  public let shard: Int
  /// The slot of all its keys, which is what moves: shards of this number of other namespaces go with it.
  public let slot: Int
  /// Who has it.
  public let source: ServerNode
  /// Who is to have it.
  public let target: ServerNode

  /// The few moves after which the servers differ by no more than a shard of mean load, or by as little as can be.
  ///
  /// Load is the part of a shard in all that was ever published. Each shard moves once at most, and none of the moves could be left out.
  ///
  /// - Parameter nodes: all of them; masters that are alive take part, whether they have shards or not.
  public static func plan(_ nodes: [NodeStatus]) -> [ShardMove] {
    let masters = nodes.filter { $0.node.master == nil && $0.node.isHealthy && $0.node.id != nil }
    // Where nothing has been published yet, one shard is as much as another.
    var balance = LoadBalance(masters.map { node in node.shards.map { ($0.shard, $0.added + 1) } })
    let slots = Dictionary(nodes.flatMap(\.shards).map { ($0.shard, $0.slot) }) { first, _ in first }
    return balance.even().map { move in
      ShardMove(
        shard: move.item, slot: slots[move.item] ?? 0, source: masters[move.source].node,
        target: masters[move.target].node)
    }
  }
}
