import ArgumentParser
import EventStreams
import Redis

/// Where Redis is, and which topic is meant: the options of every command.
struct TopicOptions: ParsableArguments {
  @Option(
    name: .customLong("redis"), help: "Redis, as redis://user:password@host:port/db or unix:///path. Also: REDIS_URL.")
  var url: String?

  @Option(help: "The topic that all keys begin with.")
  var topic = "rides"

  func redisURL() throws -> RedisURL {
    try url.map { url throws(RedisError) in try RedisURL(url) } ?? .fromEnvironment()
  }

  func connect() throws -> Connection {
    var options = ConnectionOptions()
    options.clientName = "rides-cli"
    return Connection(try redisURL(), options: options)
  }

  /// The topic for reading.
  func find() async throws -> (topic: Topic, connection: Connection) {
    let connection = try connect()
    guard let found = try await Topic.find(topic, on: connection) else {
      throw Failure.refused("there is no topic '\(topic)' in \(connection.url): nothing was published to it yet")
    }
    return (found, connection)
  }

  /// The topic for working with it; made if it isn't there.
  func open(shards: Int? = nil) async throws -> (topic: Topic, connection: Connection) {
    let connection = try connect()
    do {
      return (try await Topic.open(topic, shardCount: shards, on: connection), connection)
    } catch let error as TopicError {
      throw Failure.refused(error.description)
    }
  }
}
