public import Redis

/// Looks at a topic without changing anything: how far each service is, and what stands in its way.
public struct Inspector: Sendable {
  let topic: Topic
  let connection: Connection

  /// An inspector.
  ///
  /// - Parameter connection: used by this inspector alone while it looks.
  public init(topic: Topic, connection: Connection) {
    self.topic = topic
    self.connection = connection
  }

  /// The services that have a group in any shard, by name.
  public func services() async throws -> [String] {
    Set(try await logs().flatMap { $0.groups.map(\.name) }).sorted()
  }

  /// How many events the logs of all shards hold now.
  public func length() async throws -> Int {
    try await logs().reduce(0) { $0 + $1.length }
  }

  /// True when these services have nothing left to do in any shard that has events. One that never ran has everything left.
  public func isQuiet(_ services: [String]) async throws -> Bool {
    try await remaining(services).isEmpty
  }

  /// What these services have left to do: per service its entries not delivered and not acknowledged, and the keys it is to
  /// handle again. Those that have nothing left are not in it.
  public func remaining(_ services: [String]) async throws -> [Remaining] {
    let logs = try await logs()
    let redriving = try await counts(logs, services) { ["SCARD", topic.redrive($0, $1)] }
    return services.compactMap { service in
      var remaining = Remaining(service: service)
      for log in logs {
        if let group = log.groups.first(where: { $0.name == service }) {
          remaining.lag += group.lag ?? 1
          remaining.pending += group.pending
        } else {
          remaining.isStarted = false
          remaining.lag += log.length
        }
        remaining.redriving += redriving[Place(shard: log.shard, service: service)] ?? 0
      }
      return remaining.isNothing ? nil : remaining
    }
  }

  // MARK: Asking

  struct Place: Hashable {
    let shard: Int
    let service: String
  }

  /// The logs that exist, in one round trip.
  func logs() async throws -> [ShardLog] {
    var commands = Commands()
    for shard in topic.shards { ShardLog.ask(topic, shard, in: &commands) }
    return try Self.logs(topic, await connection.send(commands))
  }

  private static func logs(_ topic: Topic, _ replies: borrowing Replies) throws(RedisError) -> [ShardLog] {
    var logs: [ShardLog] = []
    for shard in topic.shards {
      if let log = try ShardLog(shard: shard, groups: replies[shard * 2], stream: replies[shard * 2 + 1]) {
        logs.append(log)
      }
    }
    return logs
  }

  /// One number per service and log, in one round trip.
  private func counts(
    _ logs: [ShardLog], _ services: [String], _ command: (Int, String) -> [String]
  ) async throws -> [Place: Int] {
    var commands = Commands()
    var places: [Place] = []
    for log in logs {
      for service in services {
        places.append(Place(shard: log.shard, service: service))
        commands.append(command(log.shard, service))
      }
    }
    return try Self.counts(places, await connection.send(commands))
  }

  private static func counts(_ places: [Place], _ replies: borrowing Replies) throws(RedisError) -> [Place: Int] {
    var counts: [Place: Int] = [:]
    for (index, place) in places.enumerated() { counts[place] = try replies[index].integer() }
    return counts
  }
}
