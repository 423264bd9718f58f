import HiredisClient

/// Reads a service's committed state for its handlers.
struct CommittedState: StateReader {
  let namespace: Namespace
  let service: String
  let connection: Connection

  func hash(_ name: String, shard: Int) async throws -> [Identifier: String] {
    [Identifier: String](alternating: try await connection.strings(["HGETALL", namespace.state(shard, service, name)]))
  }

  func field(_ hash: String, _ field: String, shard: Int) async throws -> String? {
    try Self.string(await connection.call("HGET", namespace.state(shard, service, hash), field))
  }

  private static func string(_ reply: borrowing Reply) throws(RedisError) -> String? {
    try reply.root.optionalString()
  }

  func records(_ stream: String, shard: Int, after: EntryID, limit: Int) async throws -> [(EntryID, [UInt8])] {
    let key = namespace.state(shard, service, stream)
    var records: [(EntryID, [UInt8])] = []
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
  ) throws -> (records: [StoredRecord], entries: Int, last: EntryID?) {
    reply.root.storedRecords()
  }
}
