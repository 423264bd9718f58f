import ArgumentParser
import EventStreams
import HiredisClient

/// Where the shop is: the options of every command.
struct ShopOptions: ParsableArguments {
  @Option(help: "Redis, as redis://user:password@host:port/db or unix:///path. Also: REDIS_URL.")
  var redis: String?

  @Option(help: "The namespace that all keys begin with.")
  var namespace = "orders"

  func redisURL() throws -> RedisURL {
    try redis.map { try RedisURL($0) } ?? .fromEnvironment()
  }

  /// The namespace, made if it isn't there. One warehouse is one shard.
  func open() async throws -> (namespace: Namespace, connection: Connection) {
    let connection = Connection(try redisURL())
    return (
      try await Namespace.open(namespace, shardCount: 1, services: Shop.subscriptions, on: connection), connection
    )
  }
}
