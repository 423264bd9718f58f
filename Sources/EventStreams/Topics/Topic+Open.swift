public import Redis

extension Topic {
  /// The version of the layout of keys and entries. Parties of different versions refuse to work together.
  static let formatVersion = 1

  /// Opens a topic as all parties agreed on it, making it if it isn't there, and loads the functions the server lacks.
  ///
  /// - Parameters:
  ///   - shardCount: of a new topic; of one that exists it must be nil or the same.
  public static func open(
    _ name: String, shardCount: Int? = nil, on connection: Connection
  ) async throws -> Topic {
    try await FunctionLibrary.load(on: connection)
    let key = Topic(name, shardCount: 1).configuration
    var commands = Commands()
    commands.append("HSETNX", key, "shards", String(shardCount ?? standardShardCount))
    commands.append("HSETNX", key, "format", String(formatVersion))
    commands.append("HMGET", key, "shards", "format")
    let replies = try await connection.send(commands)
    for index in 0..<3 {
      if let error = replies[index].error { throw error }
    }
    let shards = try replies[2][0].integer()
    let format = try replies[2][1].integer()
    guard format == formatVersion else {
      throw TopicError.format(topic: name, found: format, known: formatVersion)
    }
    if let shardCount, shardCount != shards {
      throw TopicError.shardCount(topic: name, found: shards, wanted: shardCount)
    }
    return Topic(name, shardCount: shards)
  }
}

/// Why a topic can't be used as asked.
public struct TopicError: Error, Sendable, CustomStringConvertible {
  /// What it says to people.
  public let description: String

  static func format(topic: String, found: Int, known: Int) -> TopicError {
    TopicError(
      description:
        "topic '\(topic)' has format \(found), this program knows format \(known): use the program that made it")
  }

  static func shardCount(topic: String, found: Int, wanted: Int) -> TopicError {
    TopicError(
      description: "topic '\(topic)' has \(found) shards, not \(wanted): the number is fixed when a topic is made")
  }
}
