public import Redis

extension Topic {
  /// The topic of this name; nil if nobody has made it. Changes nothing.
  public static func find(_ name: String, on connection: Connection) async throws -> Topic? {
    let reply = try await connection.call("HMGET", Topic(name, shardCount: 1).configuration, "shards", "format")
    guard let (shards, format) = try settings(reply) else { return nil }
    guard format == formatVersion else {
      throw TopicError.format(topic: name, found: format, known: formatVersion)
    }
    return Topic(name, shardCount: shards)
  }

  private static func settings(_ reply: borrowing Reply) throws(RedisError) -> (shards: Int, format: Int)? {
    guard let shards = try reply.root[0].optionalInteger() else { return nil }
    return (shards, try reply.root[1].integer())
  }
}
