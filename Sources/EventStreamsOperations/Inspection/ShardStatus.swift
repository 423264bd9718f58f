public import EventStreams

/// How one shard's log stands.
public struct ShardStatus: Sendable, Hashable, JSONWritable {
  /// The shard.
  public let shard: Int
  /// Its topics, in the order of their names.
  public let topics: [TopicStatus]

  /// Entries it holds.
  public var length: Int { topics.reduce(0) { $0 + $1.length } }
  /// Why nothing is known of one of its topics; nil if that isn't so.
  public var problem: String? { topics.lazy.compactMap(\.problem).first }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("shard", shard)
      $0.field("length", length)
      $0.field("topics", topics)
      $0.field("problem", problem)
    }
  }
}
