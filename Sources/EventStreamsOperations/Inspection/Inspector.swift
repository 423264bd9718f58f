public import EventStreams
public import HiredisClient

/// Shows how the services of a namespace stand. Reads only; costs the services nothing.
public struct Inspector: Sendable {
  let namespace: Namespace
  let connection: Connection

  /// An inspector of a namespace.
  public init(namespace: Namespace, connection: Connection) {
    self.namespace = namespace
    self.connection = connection
  }

  var topics: TopicReader { TopicReader(namespace: namespace, connection: connection) }

  // MARK: Status

  /// How the namespace stands. What can't be read of one shard or service is said there, and hides nothing else.
  public func overview() async throws -> NamespaceStatus { try await look().status }

  /// How each service stands in each shard, by service and shard.
  public func status() async throws -> [GroupStatus] { try await look().status.groups }

  /// What these services have left to do; those that have nothing left are not in it.
  ///
  /// A shard is looked at in one atomic step. What a service publishes to another shard may come to one that was looked at before: so if
  /// nothing is left, all are looked at again, until there is nothing new in any. If nobody else publishes, all is done then.
  public func remaining(_ services: [String]) async throws -> [Remaining] {
    var found = try await look()
    for _ in 0..<5 {
      let remaining = Self.remaining(services, found)
      guard remaining.isEmpty, namespace.shardCount > 1 else { return remaining }
      let before = found.status.shards
      found = try await look()
      if found.status.shards == before { break }
    }
    return Self.remaining(services, found)
  }

  private static func remaining(_ services: [String], _ found: (logs: [ShardLog], status: NamespaceStatus))
    -> [Remaining]
  {
    let (logs, status) = found
    let groups = Dictionary(grouping: status.groups) { Identifier($0.service) }
    return services.compactMap { service in
      let remaining = Remaining(service, groups: groups[service] ?? [], logs: logs)
      return remaining.isNothing ? nil : remaining
    }
  }

  /// How many events the namespace holds.
  public func length() async throws -> Int { try await look().status.length }

  /// The logs of all shards that have one, each at one moment, and then what is kept beside them.
  private func look() async throws -> (logs: [ShardLog], status: NamespaceStatus) {
    let logs = try await logs(of: Array(namespace.shards))
    let groups = try await groups(of: logs)
    let shards = logs.map { ShardStatus(shard: $0.shard, topics: $0.topics) }
    let status = NamespaceStatus(
      services: try await namespace.services(on: connection), groups: groups, shards: shards,
      pauses: try await Pauses(namespace: namespace, connection: connection).list())
    return (logs, status)
  }

  /// How each service stands in one shard, which alone is looked at.
  func status(of shard: Int) async throws -> [GroupStatus] {
    guard namespace.shards.contains(shard) else { return [] }
    return try await groups(of: try await logs(of: [shard]))
  }

  private func groups(of logs: [ShardLog]) async throws -> [GroupStatus] {
    var commands = Commands()
    commands.append("TIME")
    for log in logs {
      for group in log.groups { GroupStatus.ask(namespace, log.shard, group, in: &commands) }
    }
    return try Self.groups(of: logs, await connection.send(commands))
  }

  private func logs(of shards: [Int]) async throws -> [ShardLog] {
    try await topics.topicwise(shards) { shard, topic, commands in
      ShardLog.ask(namespace, shard, topic, in: &commands)
    } read: { shard, topics, answers, first in
      ShardLog(shard: shard, topics: topics, answers, from: first)
    }.compactMap(\.self)
  }

  private static func groups(of logs: [ShardLog], _ replies: borrowing Replies) throws -> [GroupStatus] {
    let now = try replies[0][0].integer() * 1000 + replies[0][1].integer() / 1000
    var status: [GroupStatus] = []
    var index = 1
    for log in logs {
      for group in log.groups {
        status.append(GroupStatus(group, log.shard, replies, from: index, now: now))
        index += GroupStatus.asked(group)
      }
    }
    return status.sorted { ($0.service, $0.shard) < ($1.service, $1.shard) }
  }
}
