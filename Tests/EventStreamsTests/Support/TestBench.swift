import EventStreams
import EventStreamsOperations
import Foundation
import HiredisClient
import Logging
import RedisTestSupport

/// A namespace on a server of its own, and what tests do with it.
struct TestBench: Sendable {
  let server: RedisServer
  let connection: Connection
  let namespace: Namespace
  /// Where its workers find it; nil for the server's.
  var url: RedisURL?

  /// An empty namespace in a cluster.
  static func on(_ cluster: ClusterServers, shards: Int) async throws -> TestBench {
    let connection = Connection(cluster.url)
    return TestBench(
      server: cluster.masters[0], connection: connection,
      namespace: try await Namespace.open("test", shardCount: shards, on: connection), url: cluster.url)
  }

  /// A new server with an empty namespace.
  static func run(
    shards: Int = 2, arguments: [String] = [], environment: [String] = [], _ body: (TestBench) async throws -> Void
  ) async throws {
    try await withRedis(arguments: arguments, environment: environment) { server in
      let connection = Connection(server.url)
      let namespace = try await Namespace.open("test", shardCount: shards, on: connection)
      try await body(TestBench(server: server, connection: connection, namespace: namespace))
    }
  }

  func publish(_ events: [some EventData]) async throws -> [PublishedEvent] {
    try await Publisher(namespace: namespace, connection: connection).publish(events.map { EncodedEvent($0) })
  }

  /// A shard key of a shard.
  func place(in shard: Int) -> String {
    if namespace.shard(of: "here") == shard { return "here" }
    return (0...).lazy.map { "p\($0)" }.first { namespace.shard(of: $0) == shard } ?? ""
  }

  func settings(_ name: String = "worker-1", lease: Duration = .seconds(2)) -> WorkerSettings {
    var settings = WorkerSettings(name: name)
    settings.leaseTime = lease
    return settings
  }

  func worker(_ service: EventService, _ settings: WorkerSettings? = nil) -> Worker {
    var log = Logger(label: "test")
    log.logLevel = Logger.Level(rawValue: ProcessInfo.processInfo.environment["LOG"] ?? "") ?? .critical
    return Worker(
      service, namespace: namespace, redis: url ?? server.url, settings: settings ?? self.settings(), log: log)
  }

  /// Runs workers while `body` runs; then they drain.
  func running(_ workers: [Worker], _ body: () async throws -> Void) async throws {
    try await withThrowingTaskGroup { group in
      for worker in workers { group.addTask { try await worker.run() } }
      try await body()
      group.cancelAll()
      try await group.waitForAll()
    }
  }

  /// Waits until a group has nothing left in any shard.
  func settled(_ service: String, within limit: Duration = .seconds(60)) async throws {
    try await eventually("\(service) has nothing left", within: limit) {
      for shard in namespace.shards {
        var commands = Commands()
        commands.append("EXISTS", namespace.log(shard))
        if try await connection.integer(["EXISTS", namespace.log(shard)]) == 0 { return false }
        let groups = try await connection.groups(of: namespace.log(shard))
        guard let group = groups[service], group.lag == 0, group.pending == 0 else { return false }
      }
      return true
    }
  }

  /// Waits until a service has handled its history and its log.
  func caughtUp(_ service: String) async throws {
    let inspector = Inspector(namespace: namespace, connection: connection)
    try await eventually("\(service) has caught up") { try await inspector.remaining([service]).isEmpty }
  }

  func state(_ service: String, _ name: String) async throws -> [String: String] {
    var merged: [String: String] = [:]
    for shard in namespace.shards {
      let values = try await connection.strings(["HGETALL", namespace.state(shard, service, name)])
      for index in stride(from: 0, to: values.count, by: 2) { merged[values[index]] = values[index + 1] }
    }
    return merged
  }
}

struct GroupNumbers {
  let lag: Int?
  let pending: Int
}

extension Connection {
  func text(_ arguments: String...) throws -> String {
    let reply = try call(arguments)
    return try reply.root.string()
  }

  func groups(of log: String) throws -> [String: GroupNumbers] {
    let reply = try call("XINFO", "GROUPS", log)
    var groups: [String: GroupNumbers] = [:]
    for index in 0..<reply.root.count {
      let info = reply.root[index]
      groups[try info[field: "name"].string()] = GroupNumbers(
        lag: try info[field: "lag"].optionalInteger(), pending: try info[field: "pending"].integer())
    }
    return groups
  }
}
