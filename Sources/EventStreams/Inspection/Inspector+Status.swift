import Redis

extension Inspector {
  /// How far each service is in each shard where it has a group; by service, then shard.
  public func status() async throws -> [GroupStatus] {
    let logs = try await logs()
    var commands = Commands()
    commands.append("TIME")
    for log in logs {
      for group in log.groups {
        let name = group.name
        commands.append("HLEN", topic.retry(log.shard, name))
        commands.append("XLEN", topic.dead(log.shard, name))
        commands.append("HLEN", topic.blocked(log.shard, name))
        commands.append("SCARD", topic.redrive(log.shard, name))
        commands.append("HMGET", topic.lease(log.shard, name), "owner", "until")
      }
    }
    return try Self.status(logs, await connection.send(commands)).sorted {
      ($0.service, $0.shard) < ($1.service, $1.shard)
    }
  }

  private static func status(_ logs: [ShardLog], _ replies: borrowing Replies) throws(RedisError) -> [GroupStatus] {
    let now = try replies[0][0].integer() * 1000 + (try replies[0][1].integer()) / 1000
    var index = 1
    var all: [GroupStatus] = []
    for log in logs {
      for group in log.groups {
        let letters = try replies[index + 1].integer()
        // Of each key that has letters the first is dead, and the others are parked behind it.
        let dead = min(letters, try replies[index + 2].integer())
        let owner = try replies[index + 4][0].optionalString() ?? ""
        let until = try replies[index + 4][1].optionalInteger() ?? 0
        let isOwned = !owner.isEmpty && until > now
        all.append(
          GroupStatus(
            service: group.name, shard: log.shard, lag: group.lag, pending: group.pending,
            retrying: min(group.pending, try replies[index].integer()), dead: dead, parked: letters - dead,
            redriving: try replies[index + 3].integer(), owner: isOwned ? owner : nil,
            leaseRemaining: isOwned ? .milliseconds(until - now) : nil, lastDelivered: group.lastDelivered))
        index += 5
      }
    }
    return all
  }
}
