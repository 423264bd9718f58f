import Redis

extension Inspector {
  /// What a shard's log holds; nil if there is no log.
  public func extent(shard: Int) async throws -> LogExtent? {
    do {
      return try Self.extent(of: try await connection.call("XINFO", "STREAM", namespace.log(shard)))
    } catch  where error.message.contains("no such key") {
      return nil
    }
  }

  private static func extent(of reply: borrowing Reply) throws(RedisError) -> LogExtent {
    LogExtent(
      length: try reply.root[field: "length"].integer(),
      first: StreamID(try reply.root[field: "first-entry"][0].optionalString() ?? ""),
      last: StreamID(try reply.root[field: "last-entry"][0].optionalString() ?? ""),
      lastGenerated: StreamID(try reply.root[field: "last-generated-id"].string()) ?? .zero,
      added: try reply.root[field: "entries-added"].integer())
  }

  /// The lowest place that a group still needs, by the rule that trimming keeps to: its oldest pending entry, or what follows the
  /// last one that was delivered. Everything before it has been handled.
  ///
  /// - Returns: nil if there is no such group.
  public func neededFrom(group: String, shard: Int) async throws -> StreamID? {
    // In this order: what is delivered in between is pending, or handled.
    guard let delivered = try await lastDelivered(group: group, shard: shard) else { return nil }
    let pending = try Self.firstPending(of: try await connection.call("XPENDING", namespace.log(shard), group))
    return min(delivered.next, pending ?? delivered.next)
  }

  private func lastDelivered(group: String, shard: Int) async throws -> StreamID? {
    do {
      return try Self.lastDelivered(of: try await connection.call("XINFO", "GROUPS", namespace.log(shard)), group)
    } catch  where error.message.contains("no such key") {
      return nil
    }
  }

  private static func lastDelivered(of reply: borrowing Reply, _ group: String) throws(RedisError) -> StreamID? {
    for index in 0..<reply.root.count {
      if reply.root[index][field: "name"].isEqual(to: group) {
        return StreamID(try reply.root[index][field: "last-delivered-id"].string())
      }
    }
    return nil
  }

  private static func firstPending(of reply: borrowing Reply) throws(RedisError) -> StreamID? {
    StreamID(try reply.root[1].optionalString() ?? "")
  }
}
