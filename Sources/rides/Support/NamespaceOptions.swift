import ArgumentParser
import EventStreams
import Redis
import RideHailing

/// Where Redis is, and which namespace is meant: the options of every command.
struct NamespaceOptions: ParsableArguments {
  @Option(
    name: .customLong("redis"), help: "Redis, as redis://user:password@host:port/db or unix:///path. Also: REDIS_URL.")
  var url: String?

  @Option(help: "The namespace that all keys begin with.")
  var namespace = "rides"

  func redisURL() throws -> RedisURL {
    try url.map { url throws(RedisError) in try RedisURL(url) } ?? .fromEnvironment()
  }

  func connect() throws -> Connection {
    var options = ConnectionOptions()
    options.clientName = "rides-cli"
    return Connection(try redisURL(), options: options)
  }

  /// The namespace for reading.
  func find() async throws -> (namespace: Namespace, connection: Connection) {
    try await existing { try await Namespace.find(namespace, on: $0) }
  }

  /// The namespace for working with it, which must be there.
  func openExisting() async throws -> (namespace: Namespace, connection: Connection) {
    try await existing { try await Namespace.openExisting(namespace, on: $0) }
  }

  private func existing(
    _ find: (Connection) async throws -> Namespace?
  ) async throws -> (namespace: Namespace, connection: Connection) {
    let connection = try connect()
    do {
      if let found = try await find(connection) { return (found, connection) }
    } catch let error as NamespaceError {
      throw Failure.refused(error.description)
    }
    throw Failure.refused(
      "there is no namespace '\(namespace)' in \(connection.url): \(try await Namespace.absence(of: namespace, on: connection))"
    )
  }

  /// The namespace for working with it; made, for the six services, if it isn't there.
  func open(shards: Int? = nil) async throws -> (namespace: Namespace, connection: Connection) {
    let connection = try connect()
    do {
      let isNew = try await Namespace.find(namespace, on: connection) == nil
      let opened = try await Namespace.open(
        namespace, shardCount: shards, services: RideServices.subscriptions, on: connection)
      if isNew { Terminal.error("made namespace '\(namespace)' with \(opened.shardCount) shards") }
      return (opened, connection)
    } catch let error as NamespaceError {
      throw Failure.refused(error.description)
    }
  }
}
