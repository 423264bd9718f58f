public import Redis

extension Topic {
  /// The version of the layout of keys and entries. Parties of different versions refuse to work together.
  static let formatVersion = 1

  /// Opens a topic as all parties agreed on it, making it if it isn't there, and loads the functions the server lacks.
  ///
  /// - Parameters:
  ///   - shardCount: of a new topic; of one that exists it must be nil or the same.
  ///   - services: those that the topic is for, if nobody has said so yet. They have their groups from the first event on, before they
  ///     ever ran: nothing is trimmed that one of them needs.
  /// - Throws: `TopicError` if a name or the number is none, or not what was agreed on.
  public static func open(
    _ name: String, shardCount: Int? = nil, services: [String] = [], on connection: Connection
  ) async throws -> Topic {
    for problem in [NameRule.problem(withTopic: name)] + services.map(NameRule.problem(withService:)) {
      if let problem { throw TopicError.name(problem) }
    }
    if let shardCount, !shardCounts.contains(shardCount) { throw TopicError.shardCount(outOfBounds: shardCount) }
    try await FunctionLibrary.load(on: connection)
    let topic = Topic(name, shardCount: 1)
    var commands = Commands()
    commands.append("HSETNX", topic.configuration, "shards", String(shardCount ?? standardShardCount))
    commands.append("HSETNX", topic.configuration, "format", String(formatVersion))
    if !services.isEmpty {
      commands.append("HSETNX", topic.configuration, "services", services.joined(separator: " "))
    }
    commands.append(["HMGET", topic.configuration] + TopicConfiguration.fields)
    let opened = try opened(topic, wanting: shardCount, await connection.send(commands))
    if !services.isEmpty { try await opened.found(on: connection) }
    return opened
  }

  /// Opens a topic that exists, and loads the functions the server lacks; nil if nobody has made it.
  ///
  /// - Throws: `TopicError` if the name is none, or what is stored about the topic can't be.
  public static func openExisting(_ name: String, on connection: Connection) async throws -> Topic? {
    guard let topic = try await find(name, on: connection) else { return nil }
    try await FunctionLibrary.load(on: connection)
    if try await !topic.services(on: connection).isEmpty { try await topic.found(on: connection) }
    return topic
  }

  private static func opened(_ topic: Topic, wanting shardCount: Int?, _ replies: borrowing Replies) throws -> Topic {
    try replies.check()
    guard let configuration = try TopicConfiguration(topic, replies[replies.count - 1]) else {
      throw RedisError(.unexpectedReply, "\(topic.configuration) vanished while it was opened")
    }
    if let shardCount, shardCount != configuration.shardCount {
      throw TopicError.shardCount(topic: topic.name, found: configuration.shardCount, wanted: shardCount)
    }
    return Topic(topic.name, shardCount: configuration.shardCount)
  }
}
