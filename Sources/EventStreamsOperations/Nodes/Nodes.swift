public import EventStreams
public import HiredisClient

/// Which server has which shards of a namespace, and how much each has to do.
public struct Nodes: Sendable {
  private let namespace: Namespace
  private let connection: Connection

  /// Those that have a namespace.
  public init(namespace: Namespace, connection: Connection) {
    self.namespace = namespace
    self.connection = connection
  }

  /// All servers, those without shards included, each master before its replicas.
  public func list() async throws -> [NodeStatus] {
    let servers = try await connection.servers()
    let loads = try await loads()
    var places: [RedisURL.Address: [ShardLoad]] = [:]
    for load in loads {
      guard let owner = try await connection.server(of: namespace.log(load.shard)) else { continue }
      places[owner, default: []].append(load)
    }
    var nodes: [NodeStatus] = []
    for server in servers {
      // Of those that are gone nobody needs be asked.
      guard server.master == nil, server.isHealthy else {
        nodes.append(NodeStatus(node: server, shards: places[server.address] ?? []))
        continue
      }
      let (figures, problem) = await figures(of: server)
      nodes.append(
        NodeStatus(node: server, shards: places[server.address] ?? [], figures: figures, problem: problem))
    }
    return nodes
  }

  private func loads() async throws -> [ShardLoad] {
    let status = try await Inspector(namespace: namespace, connection: connection).overview()
    let topics = Dictionary(status.shards.map { ($0.shard, $0.topics) }) { first, _ in first }
    let groups = Dictionary(grouping: status.groups, by: \.shard)
    return namespace.shards.map { shard in
      ShardLoad(
        shard: shard, slot: Slot(of: namespace.log(shard)).number,
        entries: topics[shard]?.reduce(0) { $0 + $1.length } ?? 0,
        added: topics[shard]?.reduce(0) { $0 + $1.added } ?? 0,
        lag: groups[shard]?.reduce(0) { $0 + $1.lag } ?? 0,
        lagTime: groups[shard]?.map(\.lagTime).max() ?? .zero)
    }
  }

  private func figures(of server: ServerNode) async -> (ServerFigures?, problem: String?) {
    do {
      let figures = try await ServerHealth.figures(on: connection, at: server.address)
      let name = figures["server_name"] ?? "redis"
      let version = figures["\(name)_version"] ?? figures["redis_version"] ?? "?"
      return (
        ServerFigures(
          version: "\(name) \(version)", memory: figures["used_memory"].flatMap { Int($0) } ?? 0,
          operationsPerSecond: figures["instantaneous_ops_per_sec"].flatMap { Int($0) } ?? 0), nil
      )
    } catch {
      return (nil, "\(error)")
    }
  }
}
