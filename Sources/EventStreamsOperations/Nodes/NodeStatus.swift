public import EventStreams
public import HiredisClient

/// A server and what it has of a namespace.
public struct NodeStatus: Sendable, Hashable, JSONWritable {
  /// The server.
  public let node: ServerNode
  /// The shards that it has; none of a replica.
  public let shards: [ShardLoad]
  /// What it says of itself; nil of a replica, and of one that can't be asked.
  public let figures: ServerFigures?
  /// Why it could not be asked; nil if it was, or is a replica.
  public let problem: String?

  /// How a server stands.
  public init(node: ServerNode, shards: [ShardLoad] = [], figures: ServerFigures? = nil, problem: String? = nil) {
    self.node = node
    self.shards = shards
    self.figures = figures
    self.problem = problem
  }

  /// Entries that its logs hold.
  public var entries: Int { shards.reduce(0) { $0 + $1.entries } }
  /// Entries that were ever added to the logs that it has now.
  public var added: Int { shards.reduce(0) { $0 + $1.added } }
  /// Entries that were not delivered, of all services and shards together.
  public var lag: Int { shards.reduce(0) { $0 + $1.lag } }
  /// How long the oldest entry that some service has not settled has stood in a log.
  public var lagTime: Duration { shards.map(\.lagTime).max() ?? .zero }

  /// `master`, `replica`, or that the others take it for dead, or that it can't be asked.
  public var role: String {
    let role = node.master == nil ? "master" : "replica"
    return node.isHealthy ? (problem == nil ? role : "\(role), unreachable") : "\(role), failed"
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("node", node.name)
      $0.field("id", node.id)
      $0.field("role", node.master == nil ? "master" : "replica")
      $0.field("replicaOf", node.master.map { ServerNode(address: $0).name })
      $0.field("healthy", node.isHealthy && problem == nil)
      $0.field("slots", node.slots.map { "\($0.lowerBound)-\($0.upperBound)" })
      $0.field("slotCount", node.slotCount)
      $0.field("version", figures?.version)
      $0.field("memoryBytes", figures?.memory)
      $0.field("operationsPerSecond", figures?.operationsPerSecond)
      $0.field("entries", entries)
      $0.field("added", added)
      $0.field("lag", lag)
      $0.field("lagMs", lagTime.wholeMilliseconds)
      $0.field("shards", shards)
      $0.field("problem", problem)
    }
  }
}
