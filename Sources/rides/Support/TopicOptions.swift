import ArgumentParser
import EventStreams
import Redis
import RideHailing

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
    try await existing { try await Topic.find(topic, on: $0) }
  }

  /// The topic for working with it, which must be there.
  func openExisting() async throws -> (topic: Topic, connection: Connection) {
    try await existing { try await Topic.openExisting(topic, on: $0) }
  }

  private func existing(
    _ find: (Connection) async throws -> Topic?
  ) async throws -> (topic: Topic, connection: Connection) {
    let connection = try connect()
    do {
      if let found = try await find(connection) { return (found, connection) }
    } catch let error as TopicError {
      throw Failure.refused(error.description)
    }
    throw Failure.refused(
      "there is no topic '\(topic)' in \(connection.url): \(try await Topic.absence(of: topic, on: connection))")
  }

  /// The topic for working with it; made, for the six services, if it isn't there.
  func open(shards: Int? = nil) async throws -> (topic: Topic, connection: Connection) {
    let connection = try connect()
    do {
      let isNew = try await Topic.find(topic, on: connection) == nil
      let opened = try await Topic.open(topic, shardCount: shards, services: RideServices.names, on: connection)
      if isNew { Terminal.error("made topic '\(topic)' with \(opened.shardCount) shards") }
      return (opened, connection)
    } catch let error as TopicError {
      throw Failure.refused(error.description)
    }
  }
}
