public import EventStreams
import HiredisClient

extension Inspector {
  /// What a shard's log holds; nil if there is no log.
  public func extent(shard: Int) async throws -> LogExtent? { try await topics.extent(shard: shard) }

  /// The lowest place that a service still needs: the first entry before its position that it has not settled, or what follows the position.
  /// Everything before it has been handled.
  ///
  /// - Returns: nil if it has never had the shard.
  public func neededFrom(group: String, shard: Int) async throws -> EntryID? {
    let lease = namespace.lease(shard, group)
    var commands = Commands()
    commands.append("MULTI")
    commands.append("HGET", lease, "position")
    commands.append("SMEMBERS", "\(lease):behind")
    commands.append("EXEC")
    return try Self.needed(await connection.send(commands))
  }

  private static func needed(_ replies: borrowing Replies) throws -> EntryID? {
    try replies.check()
    guard let position = EntryID(try replies[3][0].optionalString() ?? "") else { return nil }
    return try replies[3][1].strings().compactMap { EntryID($0) }.min() ?? position.next
  }

  // MARK: Entries

  /// An entry of a shard's log.
  public struct LogEntry: Sendable {
    /// Its place.
    public let id: EntryID
    /// The topic that it stands in.
    public let topic: String
    /// The event's JSON; empty if the entry holds no event.
    public let json: [UInt8]
  }

  /// The entries after a place, whatever their topics, in the order of the log; at most so many, and fewer only at the end.
  public func entries(shard: Int, after: EntryID, limit: Int) async throws -> [LogEntry] {
    // Nothing is after the largest id, and the server refuses to look.
    if after.next == after { return [] }
    return try await ranges([shard], limit: limit) { _ in
      ["XRANGE", after == .zero ? "-" : "(\(after)", "+"]
    } by: {
      $0.id < $1.id
    }[0]
  }

  /// The first entries of what each topic of some shards answers, in an order.
  ///
  /// - Parameter range: the command for a shard, its start and its end.
  func ranges(
    _ shards: [Int], limit: Int, _ range: (_ shard: Int) -> [String], by precedes: (LogEntry, LogEntry) -> Bool
  ) async throws -> [[LogEntry]] {
    try await topics.topicwise(shards) { shard, topic, commands in
      let range = range(shard)
      commands.append(range[0], namespace.log(shard, topic), range[1], range[2], "COUNT", "\(limit)")
    } read: { _, topics, answers, first in
      // Each topic gives as many as are asked for: what it has besides comes after these.
      var all: [LogEntry] = []
      for (index, topic) in topics.enumerated() {
        try answers[first + index].check()
        all += Self.entries(of: answers[first + index], topic)
      }
      if topics.count > 1 { all.sort(by: precedes) }
      return Array(all.prefix(limit))
    }
  }

  static func entries(of range: borrowing ReplyNode, _ topic: String) -> [LogEntry] {
    var entries: [LogEntry] = []
    entries.reserveCapacity(range.count)
    for index in 0..<range.count {
      guard let id = EntryID(utf8: range[index][0].bytes) else { continue }
      let json = range[index][1][1].bytes.withUnsafeBufferPointer { Array($0) }
      entries.append(LogEntry(id: id, topic: topic, json: json))
    }
    return entries
  }
}
