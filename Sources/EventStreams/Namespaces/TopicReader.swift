package import HiredisClient

/// Reads the topics of shards, of each shard all at one moment.
package struct TopicReader: Sendable {
  private let namespace: Namespace
  private let connection: Connection

  package init(namespace: Namespace, connection: Connection) {
    self.namespace = namespace
    self.connection = connection
  }

  /// What a shard's log holds; nil if there is no log.
  package func extent(shard: Int) async throws -> LogExtent? {
    let topics = try await topicwise([shard]) { shard, topic, commands in
      commands.append("XINFO", "STREAM", namespace.log(shard, topic))
    } read: { _, topics, answers, first in
      try topics.enumerated().compactMap { try Self.extent(of: $1, answers[first + $0]) }
    }[0]
    return topics.isEmpty ? nil : LogExtent(topics: topics)
  }

  private static func extent(of topic: String, _ stream: borrowing ReplyNode) throws -> LogExtent.Topic? {
    if let error = stream.error {
      if error.message.contains("no such key") { return nil }
      throw error
    }
    return LogExtent.Topic(
      name: topic, length: try stream[field: "length"].integer(),
      first: EntryID(try stream[field: "first-entry"][0].optionalString() ?? ""),
      last: EntryID(try stream[field: "last-entry"][0].optionalString() ?? ""),
      lastGenerated: EntryID(try stream[field: "last-generated-id"].string()) ?? .zero,
      lastDeleted: EntryID(try stream[field: "max-deleted-entry-id"].string()) ?? .zero,
      added: try stream[field: "entries-added"].integer())
  }

  /// Asks something of every topic of some shards, of each shard at one moment.
  ///
  /// - Parameters:
  ///   - ask: adds the commands for a topic.
  ///   - read: makes something of the answers about a shard, those for its topics one after the other from an index on.
  package func topicwise<Value: Sendable>(
    _ shards: [Int], ask: (_ shard: Int, _ topic: String, inout Commands) -> Void,
    read: (_ shard: Int, _ topics: [String], _ answers: borrowing ReplyNode, _ first: Int) throws -> Value
  ) async throws -> [Value] {
    var topics = try await topics(of: shards)
    while true {
      var commands = Commands()
      // Where the answers to EXEC stand, which hold all others.
      var places: [Int] = []
      for (shard, names) in zip(shards, topics) {
        commands.append("MULTI")
        commands.append("HKEYS", namespace.topics(shard))
        for name in names { ask(shard, name, &commands) }
        places.append(commands.count)
        commands.append("EXEC")
      }
      let (values, found) = try Self.read(await connection.send(commands), places, shards, topics, read)
      // A topic that came meanwhile may have what comes before what was seen of others.
      if found == topics { return values }
      topics = found
    }
  }

  private func topics(of shards: [Int]) async throws -> [[String]] {
    var commands = Commands()
    for shard in shards { commands.append("HKEYS", namespace.topics(shard)) }
    return try Self.topics(await connection.send(commands))
  }

  private static func topics(_ replies: borrowing Replies) throws -> [[String]] {
    var topics: [[String]] = []
    for index in 0..<replies.count { topics.append(try names(replies[index])) }
    return topics
  }

  private static func names(_ answer: borrowing ReplyNode) throws -> [String] {
    // Something else in its place hides what is there, and no other shard.
    guard answer.error == nil else { return [] }
    return try answer.strings().filter { $0 != Namespace.allTopics }.sorted()
  }

  private static func read<Value>(
    _ replies: borrowing Replies, _ places: [Int], _ shards: [Int], _ topics: [[String]],
    _ read: (Int, [String], borrowing ReplyNode, Int) throws -> Value
  ) throws -> (values: [Value], topics: [[String]]) {
    var values: [Value] = []
    var found: [[String]] = []
    for (index, place) in places.enumerated() {
      try replies[place].check()
      found.append(try names(replies[place][0]))
      values.append(try read(shards[index], topics[index], replies[place], 1))
    }
    return (values, found)
  }
}
