public import HiredisClient

/// The services that a namespace is for: what has to be kept for them, and whether they are done, is known before they ever ran.
extension Namespace {
  /// Them and their topics, in the order they were given; empty if nobody has said.
  public func services(on connection: Connection) async throws -> [Subscription] {
    Self.subscriptions(try await connection.call("HGET", configuration, "services"))
  }

  private static func subscriptions(_ reply: borrowing Reply) -> [Subscription] {
    words(reply).map { Subscription(parsing: $0[...]) }
  }

  private static func words(_ reply: borrowing Reply) -> [String] {
    reply.root.lossyText.split(separator: " ").map(String.init)
  }

  /// The topics that each shard has had, in the order of their names.
  public func topics(on connection: Connection) async throws -> [[String]] {
    var commands = Commands()
    for shard in shards { commands.append("HKEYS", topics(shard)) }
    return try Self.topics(await connection.send(commands))
  }

  private static func topics(_ replies: borrowing Replies) throws -> [[String]] {
    try (0..<replies.count).map { shard in
      // Something else in its place says so where it matters.
      guard replies[shard].error == nil else { return [] }
      return try replies[shard].strings().filter { $0 != allTopics }.sorted()
    }
  }

  /// Whether it has been said which services and topics it is for, and each shard has those topics: then nothing is left to be made, and
  /// no right to make it is needed.
  func isInstalled(on connection: Connection) async throws -> Bool {
    var commands = Commands()
    commands.append("HMGET", configuration, "services", "topics")
    for shard in shards { commands.append("HKEYS", topics(shard)) }
    return try Self.isInstalled(try await connection.send(commands))
  }

  private static func isInstalled(_ replies: borrowing Replies) throws -> Bool {
    // Whatever is wrong says so where it matters.
    for index in 0..<replies.count where replies[index].error != nil { return false }
    let topics = replies[0][1].lossyText.split(separator: " ").map(String.init)
    guard !replies[0][0].isNil, !topics.isEmpty else { return false }
    return try (1..<replies.count).allSatisfy { index in
      Set(names: try replies[index].strings()).isSuperset(of: Set(names: topics))
    }
  }

  /// Makes the topics that the namespace was made with, and the groups of services that never ran, at the beginning of each shard's log.
  package func found(on connection: Connection) async throws {
    let services = try await services(on: connection)
    guard !services.isEmpty else { return }
    let topics = Self.words(try await connection.call("HGET", configuration, "topics"))
    var commands = Commands()
    for shard in shards {
      commands.append(FoundCall(namespace: self, shard: shard, topics: topics, services: services))
    }
    _ = try await connection.answers(to: commands)
  }

  /// Takes a service off the list, or puts it there.
  package func list(_ service: Subscription, isListed: Bool, on connection: Connection) async throws {
    try await connection.call(ServicesCall(namespace: self, service: service, isListed: isListed))
  }
}
