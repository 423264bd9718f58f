import Redis

extension StateImage {
  /// Reads a service's live state in a shard.
  static func read(
    _ service: String, shard: Int, topic: Topic, connection: Connection
  ) async throws -> StateImage {
    let prefix = topic.state(shard, service, "")
    let keys = try await keys(prefix, connection)
    var contents = Contents()
    for part in stride(from: 0, to: keys.count, by: 200) {
      let part = keys[part..<min(part + 200, keys.count)]
      var commands = Commands()
      for key in part {
        commands.append("TYPE", key)
        commands.append("PEXPIRETIME", key)
      }
      let kinds = try Self.kinds(await connection.send(commands))
      commands.removeAll(keepingCapacity: true)
      for (key, kind) in zip(part, kinds) {
        if kind.isStream { commands.append("XRANGE", key, "-", "+") } else { commands.append("HGETALL", key) }
      }
      let replies = try await connection.send(commands)
      try replies.check()
      for (index, key) in part.enumerated() {
        let name = String(key.dropFirst(prefix.count))
        if kinds[index].isStream {
          contents.streams[name] = Self.records(replies[index])
        } else {
          contents.hashes[name] = try Self.fields(replies[index])
        }
        if let time = kinds[index].expiresAt { contents.expiries[name] = time }
      }
    }
    return StateImage(contents)
  }

  /// All keys that begin so.
  static func keys(_ prefix: String, _ connection: Connection) async throws -> [String] {
    var keys: Set<String> = []
    var cursor = "0"
    repeat {
      let page = try Self.page(of: await connection.call("SCAN", cursor, "MATCH", "\(prefix)*", "COUNT", "5000"))
      keys.formUnion(page.keys)
      cursor = page.cursor
    } while cursor != "0"
    return keys.sorted()
  }

  private static func page(of reply: borrowing Reply) throws -> (cursor: String, keys: [String]) {
    (try reply.root[0].string(), try reply.root[1].strings())
  }

  private static func kinds(_ replies: borrowing Replies) throws -> [(isStream: Bool, expiresAt: Timestamp?)] {
    try replies.check()
    var kinds: [(isStream: Bool, expiresAt: Timestamp?)] = []
    for index in stride(from: 0, to: replies.count, by: 2) {
      let time = try replies[index + 1].integer()
      kinds.append(
        (
          try replies[index].string() == "stream",
          time > 0 ? Timestamp(millisecondsSinceEpoch: Int64(time)) : nil
        ))
    }
    return kinds
  }

  private static func fields(_ reply: borrowing ReplyNode) throws -> [String: String] {
    let values = try reply.strings()
    var fields: [String: String] = [:]
    for index in stride(from: 0, to: values.count - 1, by: 2) { fields[values[index]] = values[index + 1] }
    return fields
  }

  private static func records(_ entries: borrowing ReplyNode) -> [Record] {
    var records: [Record] = []
    for index in 0..<entries.count {
      let id = StreamID(utf8: entries[index][0].bytes) ?? .zero
      let fields = entries[index][1]
      for field in stride(from: 1, to: fields.count, by: 2) {
        records.append((id, fields[field].bytes.withUnsafeBufferPointer { Array($0) }))
      }
    }
    return records
  }
}
