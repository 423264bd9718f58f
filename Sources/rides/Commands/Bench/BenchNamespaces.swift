import EventStreams
import EventStreamsOperations
import HiredisClient

/// Namespaces that exist for a measurement only: made where there was nothing, and removed whatever happens.
actor BenchNamespaces {
  private let url: RedisURL
  private let base: String
  private var made: [Namespace] = []

  init(url: RedisURL, base: String) {
    self.url = url
    self.base = base
  }

  /// A new namespace; throws if there is anything under its name.
  func make(_ measure: BenchSettings.Measure, on connection: Connection) async throws -> Namespace {
    let name = "\(base)-\(measure.rawValue)"
    try await refuseExisting(name, on: connection)
    // Before it is made: then it is removed as well if making it fails half way.
    made.append(Namespace(name, shardCount: Namespace.standardShardCount))
    return try await Namespace.open(name, on: connection)
  }

  /// Throws if a namespace has this name, or if any of its keys is there.
  func refuseExisting(_ name: String, on connection: Connection) async throws {
    let namespace = Namespace(name, shardCount: Namespace.standardShardCount)
    var question = Commands()
    for shard in namespace.shards { question.append("EXISTS", namespace.topics(shard)) }
    let exists = try await connection.answers(to: question).contains(1)
    guard try await Namespace.find(name, on: connection) == nil, !exists else {
      throw Failure.refused(
        "there is a namespace '\(name)' in \(url): bench touches nothing that is there; give another --namespace")
    }
  }

  /// Removes one that is not needed any more.
  func remove(_ namespace: Namespace) async throws {
    try await Namespace.remove(namespace.name, from: Connection(url))
    made.removeAll { $0 == namespace }
  }

  /// Removes all that are left, also when the task has been cancelled.
  func removeAll() async throws {
    let (url, left) = (url, made)
    made = []
    try await Task {
      let connection = Connection(url)
      for namespace in left { try await Namespace.remove(namespace.name, from: connection) }
      await connection.close()
    }
    .value
  }
}
