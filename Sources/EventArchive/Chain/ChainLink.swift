/// A row's place in the chain of its shard.
public struct ChainLink: Sendable, Hashable {
  /// 1 for the row of the shard that was stored first, then one more for each.
  public let number: Int
  /// What the row hashes to.
  public let hash: ChainHash

  /// Before the first row.
  public static let start = ChainLink(number: 0, hash: .start)
}
