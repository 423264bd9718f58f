public import EventStreams
import HiredisClient

extension Inspector {
  /// What workers have noticed of a server that went back, in the last seven days or since that was reconciled.
  public func rewinds() async throws -> [Rewind] {
    var commands = Commands()
    for shard in namespace.shards { commands.append("HGETALL", namespace.rewound(shard)) }
    return try Self.rewinds(try await connection.send(commands), namespace.shards)
  }

  private static func rewinds(_ replies: borrowing Replies, _ shards: Range<Int>) throws -> [Rewind] {
    var rewinds: [Rewind] = []
    for (index, shard) in shards.enumerated() {
      let fields = try replies[index].strings()
      for field in stride(from: 0, to: fields.count - 1, by: 2) {
        if let rewind = Rewind(shard: shard, service: fields[field], noted: fields[field + 1]) {
          rewinds.append(rewind)
        }
      }
    }
    return rewinds
  }

  /// Forgets them: what was lost is there again.
  public func forgetRewinds() async throws {
    var commands = Commands()
    for shard in namespace.shards { commands.append("DEL", namespace.rewound(shard)) }
    _ = try await connection.answers(to: commands)
  }
}
