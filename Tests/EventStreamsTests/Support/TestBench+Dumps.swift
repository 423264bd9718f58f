import HiredisClient

@testable import EventStreams

extension TestBench {
  /// Everything the server holds, byte for byte, and when it goes.
  func dumps() async throws -> [String: [UInt8]] {
    let keys = try await connection.strings(["KEYS", "*"]).sorted()
    var commands = Commands()
    for key in keys {
      commands.append("DUMP", key)
      commands.append("PEXPIRETIME", key)
    }
    var dumps = try Self.dumps(await connection.send(commands), keys)
    // Tables grow by and by, and what they hold stands in another order then.
    for key in keys where key.contains(":seen:") && dumps[key] != nil {
      guard try await connection.text("TYPE", key) == "hash" else { continue }
      let fields = [Identifier: String](alternating: try await connection.strings(["HGETALL", key]))
      dumps[key] = Array("\(fields.sorted { $0.key < $1.key })".utf8)
    }
    return dumps
  }

  private static func dumps(_ replies: borrowing Replies, _ keys: [String]) throws -> [String: [UInt8]] {
    var dumps: [String: [UInt8]] = [:]
    for (index, key) in keys.enumerated() {
      dumps[key] =
        replies[index * 2].bytes.withUnsafeBufferPointer { Array($0) }
        + Array("\(try replies[index * 2 + 1].integer())".utf8)
    }
    return dumps
  }

  /// The ids of follow-up events that are remembered.
  func published() async throws -> Set<String> {
    var ids: Set<String> = []
    for key in try await connection.strings(["KEYS", "\(namespace.name):{0}:seen:*"]) {
      ids.formUnion(try await connection.strings(["HKEYS", key]).filter { $0.hasPrefix("follow") })
    }
    return ids
  }
}
