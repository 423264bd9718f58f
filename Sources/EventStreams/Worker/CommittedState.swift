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

  func field(_ hash: String, _ field: String, shard: Int) async throws -> String? {
    try Self.string(await connection.call("HGET", topic.state(shard, service, hash), field))
  }

  private static func string(_ reply: borrowing Reply) throws(RedisError) -> String? {
    try reply.root.optionalString()
  }

  func records(_ stream: String, shard: Int, after: StreamID, limit: Int) async throws -> [(StreamID, [UInt8])] {
    let key = topic.state(shard, service, stream)
    var records: [(StreamID, [UInt8])] = []
    var after = after
    // An entry holds the records of one commit: one for a quiet account, hundreds for a busy one.
    var count = 50
    while records.count < limit {
      let page = try Self.page(await connection.call("XRANGE", key, "(\(after)", "+", "COUNT", "\(count)"))
      records += page.records
      guard page.entries == count, let last = page.last else { break }
      after = last
      count = min(count * 2, limit)
    }
    return records
  }

  private static func page(
    _ reply: borrowing Reply
  ) throws -> (records: [(StreamID, [UInt8])], entries: Int, last: StreamID?) {
    var records: [(StreamID, [UInt8])] = []
    var last: StreamID?
    let entries = reply.root
    for index in 0..<entries.count {
      let id = StreamID(utf8: entries[index][0].bytes) ?? .zero
      last = id
      let fields = entries[index][1]
      for field in stride(from: 1, to: fields.count, by: 2) {
        records.append((id, fields[field].bytes.withUnsafeBufferPointer { Array($0) }))
      }
    }
    return (records, entries.count, last)
  }
}
