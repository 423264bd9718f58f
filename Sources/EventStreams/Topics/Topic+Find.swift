public import Redis

extension Topic {
  /// A topic that exists; nil if nobody has made it yet. Changes nothing.
  ///
  /// - Throws: `TopicError` if the name is none, or what is stored about the topic can't be.
  public static func find(_ name: String, on connection: Connection) async throws -> Topic? {
    if let problem = NameRule.problem(withTopic: name) { throw TopicError.name(problem) }
    let topic = Topic(name, shardCount: 1)
    return try found(topic, await connection.call(["HMGET", topic.configuration] + TopicConfiguration.fields))
  }

  private static func found(_ topic: Topic, _ reply: borrowing Reply) throws -> Topic? {
    try reply.root.check()
    return try TopicConfiguration(topic, reply.root).map { Topic(topic.name, shardCount: $0.shardCount) }
  }
}
