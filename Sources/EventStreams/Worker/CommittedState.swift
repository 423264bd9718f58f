import Redis

/// Reads a service's committed state for its handlers.
struct CommittedState: StateReader {
  let topic: Topic
  let service: String
  let connection: Connection

  func hash(_ name: String, shard: Int) async throws -> [String: String] {
    let values = try await connection.strings(["HGETALL", topic.state(shard, service, name)])
    return Dictionary(
      uniqueKeysWithValues: stride(from: 0, to: values.count - 1, by: 2).map { (values[$0], values[$0 + 1]) })
  }
}
