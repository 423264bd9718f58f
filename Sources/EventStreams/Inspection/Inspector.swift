public import Redis

/// Shows how the services of a topic stand. Reads only; costs the services nothing.
public struct Inspector: Sendable {
  let topic: Topic
  let connection: Connection

  /// An inspector of a topic.
  public init(topic: Topic, connection: Connection) {
    self.topic = topic
    self.connection = connection
  }

  // MARK: Status

  /// How each service stands in each shard, by service and shard.
  public func status() async throws -> [GroupStatus] {
    try await status(of: try await logs())
  }

  /// What these services have left to do; those that have nothing left are not in it.
  ///
  /// A shard is looked at in one atomic step, and what a service publishes stays in the shard: if nothing is left in any of
  /// them, and nobody publishes, all is done.
  public func remaining(_ services: [String]) async throws -> [Remaining] {
    let logs = try await logs()
    let groups = Dictionary(grouping: try await status(of: logs)) { Identifier($0.service) }
    return services.compactMap { service in
      let remaining = Remaining(service, groups: groups[service] ?? [], logs: logs)
      return remaining.isNothing ? nil : remaining
    }
  }

  /// How many events the topic holds.
  public func length() async throws -> Int {
    try await logs().reduce(0) { $0 + $1.length }
  }

  /// The logs of all shards that have one, in one round trip.
  private func logs() async throws -> [ShardLog] {
    var commands = Commands()
    for shard in topic.shards { ShardLog.ask(topic, shard, in: &commands) }
    return try Self.logs(of: await connection.send(commands), topic)
  }

  private static func logs(of replies: borrowing Replies, _ topic: Topic) throws -> [ShardLog] {
    var logs: [ShardLog] = []
    for shard in topic.shards {
      if let log = try ShardLog(shard: shard, groups: replies[shard * 2], stream: replies[shard * 2 + 1]) {
        logs.append(log)
      }
    }
    return logs
  }

  private func status(of logs: [ShardLog]) async throws -> [GroupStatus] {
    var commands = Commands()
    commands.append("TIME")
    for log in logs {
      for group in log.groups {
        commands.append("HLEN", topic.retry(log.shard, group.name))
        commands.append("XLEN", topic.dead(log.shard, group.name))
        commands.append("HLEN", topic.blocked(log.shard, group.name))
        commands.append("SCARD", topic.redrive(log.shard, group.name))
        commands.append(
          "HMGET", topic.lease(log.shard, group.name), "owner", "until", "paused", "seen", "history", "position")
      }
    }
    return try Self.status(of: logs, await connection.send(commands)).sorted {
      ($0.service, $0.shard) < ($1.service, $1.shard)
    }
  }

  private static func status(of logs: [ShardLog], _ replies: borrowing Replies) throws -> [GroupStatus] {
    let now = try replies[0][0].integer() * 1000 + replies[0][1].integer() / 1000
    var status: [GroupStatus] = []
    var index = 1
    for log in logs {
      for group in log.groups {
        let letters = try replies[index + 1].integer()
        let lease = replies[index + 4]
        let owner = try lease[0].optionalString() ?? ""
        let until = try lease[1].optionalInteger() ?? 0
        let paused = try lease[2].optionalString().flatMap { $0.isEmpty ? nil : $0 }
        let seen = try lease[3].optionalInteger()
        // Renewed in the future: the clock was set back, and whoever is alive renews it soon.
        let isHeld = !owner.isEmpty && until > now && (seen ?? 0) <= now
        status.append(
          GroupStatus(
            service: group.name, shard: log.shard, lag: group.lag, pending: group.pending,
            retrying: min(group.pending, try replies[index].integer()), dead: letters,
            // Of each key that has letters the first is dead; the others are parked behind it.
            parked: max(0, letters - (try replies[index + 2].integer())), redriving: try replies[index + 3].integer(),
            owner: isHeld ? owner : nil, leaseRemaining: isHeld ? .milliseconds(until - now) : nil,
            pausedBecause: isHeld ? paused : nil, idle: seen.map { .milliseconds(max(0, now - $0)) },
            lastDelivered: group.lastDelivered,
            historyPosition: try historyPosition(replies[index + 4])))
        index += 5
      }
    }
    return status
  }

  private static func historyPosition(_ lease: borrowing ReplyNode) throws -> StreamID? {
    lease[4].isNil ? nil : StreamID(try lease[5].optionalString() ?? "") ?? .zero
  }
}
