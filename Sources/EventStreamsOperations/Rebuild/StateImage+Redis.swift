import EventStreams
import HiredisClient

extension StateImage {
  /// Reads a service's live state in a shard.
  static func read(
    _ service: String, shard: Int, namespace: Namespace, connection: Connection
  ) async throws -> StateImage {
    let prefix = namespace.state(shard, service, "")
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
        let name = key.droppingBytes(of: prefix)
        if kinds[index].isStream {
          contents.streams[name] = replies[index].storedRecords().records
        } else {
          contents.hashes[name] = [Identifier: String](alternating: try replies[index].strings())
        }
        if let time = kinds[index].expiresAt { contents.expiries[name] = time }
      }
    }
    return StateImage(contents)
  }

  /// All keys that begin so.
  static func keys(_ prefix: String, _ connection: Connection) async throws -> [String] {
    var names: Set<Identifier> = []
    var scan = KeyScan(matching: "\(KeyScan.literal(prefix))*", on: connection)
    while let keys = try await scan.next() { for key in keys { names.insert(key) } }
    return names.sorted().map(\.text)
  }

  /// Removes all keys that begin so.
  static func remove(_ prefix: String, _ connection: Connection) async throws {
    var scan = KeyScan(matching: "\(KeyScan.literal(prefix))*", on: connection)
    try await scan.removeAll()
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
}
