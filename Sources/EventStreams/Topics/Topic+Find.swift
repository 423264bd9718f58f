public import Redis

extension Topic {
  /// A topic that exists; nil if nobody has made it yet. Changes nothing.
  public static func find(_ name: String, on connection: Connection) async throws -> Topic? {
    let values = try Self.values(
      of: await connection.call("HMGET", Topic(name, shardCount: 1).configuration, "shards", "format"))
    guard let shards = values[0], let format = values[1] else { return nil }
    guard format == formatVersion else { throw TopicError.format(topic: name, found: format, known: formatVersion) }
    return Topic(name, shardCount: shards)
  }

  private static func values(of reply: borrowing Reply) throws -> [Int?] {
    [try reply.root[0].optionalInteger(), try reply.root[1].optionalInteger()]
  }
}
