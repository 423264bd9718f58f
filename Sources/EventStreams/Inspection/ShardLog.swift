import Redis

/// A shard's log and the groups that read it, as Redis tells.
struct ShardLog: Sendable {
  struct Group: Sendable {
    let name: String
    let pending: Int
    let lastDelivered: StreamID
    /// Entries not delivered; at least 1 if there is any.
    let lag: Int
  }

  let shard: Int
  /// Entries it holds now.
  let length: Int
  let groups: [Group]

  /// The two commands that tell it.
  static func ask(_ topic: Topic, _ shard: Int, in commands: inout Commands) {
    commands.append("XINFO", "GROUPS", topic.log(shard))
    commands.append("XINFO", "STREAM", topic.log(shard))
  }

  /// Reads the answers to `ask`; nil if there is no log yet.
  init?(shard: Int, groups: borrowing ReplyNode, stream: borrowing ReplyNode) throws(RedisError) {
    for error in [groups.error, stream.error] {
      guard let error else { continue }
      // "ERR no such key": nothing was ever published here.
      if error.message.contains("no such key") { return nil }
      throw error
    }
    self.shard = shard
    length = try stream[field: "length"].integer()
    let added = try stream[field: "entries-added"].optionalInteger()
    let last = StreamID(try stream[field: "last-generated-id"].string()) ?? .zero
    var found: [Group] = []
    for index in 0..<groups.count {
      let delivered = StreamID(try groups[index][field: "last-delivered-id"].string()) ?? .zero
      let lag = try groups[index][field: "lag"].optionalInteger()
      let read = try groups[index][field: "entries-read"].optionalInteger()
      found.append(
        Group(
          name: try groups[index][field: "name"].string(), pending: try groups[index][field: "pending"].integer(),
          lastDelivered: delivered,
          lag: lag ?? Self.lag(behind: delivered, read: read, last: last, added: added, length: length)))
    }
    self.groups = found
  }

  /// Redis gives up counting where entries were removed, and for a group that was created in the middle of the log.
  private static func lag(behind delivered: StreamID, read: Int?, last: StreamID, added: Int?, length: Int) -> Int {
    if delivered >= last { return 0 }
    guard let added, let read else { return max(1, length) }
    return min(max(1, added - read), max(1, length))
  }
}
