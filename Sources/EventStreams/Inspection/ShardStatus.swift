/// How one shard's log stands.
public struct ShardStatus: Sendable, Hashable, JSONWritable {
  /// The shard.
  public let shard: Int
  /// Entries it holds.
  public let length: Int
  /// Why nothing is known of it; nil if that isn't so.
  public let problem: String?

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("shard", shard)
      $0.field("length", length)
      $0.field("problem", problem)
    }
  }
}
