import EventStreams
import Redis

/// Topics that exist for a measurement only: made where there was nothing, and removed whatever happens.
actor BenchTopics {
  private let url: RedisURL
  private let base: String
  private var made: [Topic] = []

  init(url: RedisURL, base: String) {
    self.url = url
    self.base = base
  }

  /// A new topic; throws if there is anything under its name.
  func make(_ measure: BenchSettings.Measure, on connection: Connection) async throws -> Topic {
    let name = "\(base)-\(measure.rawValue)"
    try await refuseExisting(name, on: connection)
    // Before it is made: then it is removed as well if making it fails half way.
    made.append(Topic(name, shardCount: Topic.standardShardCount))
    return try await Topic.open(name, on: connection)
  }

  /// Throws if a topic has this name, or if any of its keys is there.
  func refuseExisting(_ name: String, on connection: Connection) async throws {
    let topic = Topic(name, shardCount: Topic.standardShardCount)
    let exists = try await connection.integer(["EXISTS"] + topic.shards.map { topic.log($0) }) > 0
    guard try await Topic.find(name, on: connection) == nil, !exists else {
      throw Failure.refused(
        "there is a topic '\(name)' in \(url): bench touches nothing that is there; give another --topic")
    }
  }

  /// Removes one that is not needed any more.
  func remove(_ topic: Topic) async throws {
    try await Topic.remove(topic.name, from: Connection(url))
    made.removeAll { $0 == topic }
  }

  /// Removes all that are left, also when the task has been cancelled.
  func removeAll() async throws {
    let (url, left) = (url, made)
    made = []
    try await Task {
      let connection = Connection(url)
      for topic in left { try await Topic.remove(topic.name, from: connection) }
      await connection.close()
    }
    .value
  }
}
