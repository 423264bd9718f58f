public import Redis

extension Topic {
  /// Removes a topic for good: its logs, and all that services know and have stored. Nobody may be using it.
  public static func remove(_ name: String, from connection: Connection) async throws {
    if let problem = NameRule.problem(withTopic: name) { throw TopicError.name(problem) }
    let topic = Topic(name, shardCount: 1)
    var scan = KeyScan(matching: "\(KeyScan.literal(name)):*", on: connection)
    while let keys = try await scan.next() {
      let owned = keys.filter(topic.owns)
      if !owned.isEmpty { _ = try await connection.call(["UNLINK"] + owned) }
    }
  }
}
