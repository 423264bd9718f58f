public import Redis

/// Shows how the services of a topic stand. Reads only; costs the services nothing.
public struct Inspector: Sendable {
  let topic: Topic
  let connection: Connection

  /// An inspector of a topic.
  public init(topic: Topic, connection: Connection) {
    self.topic = topic
    self.connection = connection
  }

  // MARK: Status

  /// How each service stands in each shard, by service and shard.
  public func status() async throws -> [GroupStatus] {
    var commands = Commands()
    for shard in topic.shards {
      commands.append("XINFO", "STREAM", topic.log(shard))
      commands.append("XINFO", "GROUPS", topic.log(shard))
    }
    let groups = try Self.groups(of: await connection.send(commands), topic)
    guard !groups.isEmpty else { return [] }
    commands.removeAll()
    for group in groups {
      commands.append("HLEN", topic.retry(group.shard, group.service))
      commands.append("XLEN", topic.dead(group.shard, group.service))
      commands.append("HMGET", topic.lease(group.shard, group.service), "owner", "until")
    }
    commands.append("TIME")
    let status = try Self.status(of: groups, await connection.send(commands))
    return status.sorted { ($0.service, $0.shard) < ($1.service, $1.shard) }
  }

  /// A group as the server knows it.
  private struct Group {
    let service: String
    let shard: Int
    let lag: Int
    let pending: Int
    let lastDelivered: StreamID
  }

  private static func groups(of replies: borrowing Replies, _ topic: Topic) throws -> [Group] {
    var groups: [Group] = []
    for shard in topic.shards {
      let stream = replies[shard * 2]
      let infos = replies[shard * 2 + 1]
      // A shard that nothing was published to has no stream.
      if let error = stream.error {
        if error.message.contains("no such key") { continue }
        throw error
      }
      if let error = infos.error { throw error }
      let lastGenerated = StreamID(utf8: stream[field: "last-generated-id"].bytes) ?? .zero
      let length = try stream[field: "length"].integer()
      for index in 0..<infos.count {
        let info = infos[index]
        let lastDelivered = StreamID(utf8: info[field: "last-delivered-id"].bytes) ?? .zero
        // The server doesn't always know the lag; that there is some can be told, and never more than the log holds.
        let lag = try info[field: "lag"].optionalInteger() ?? (lastDelivered < lastGenerated ? length : 0)
        groups.append(
          Group(
            service: try info[field: "name"].string(), shard: shard, lag: lag,
            pending: try info[field: "pending"].integer(), lastDelivered: lastDelivered))
      }
    }
    return groups
  }

  private static func status(of groups: [Group], _ replies: borrowing Replies) throws -> [GroupStatus] {
    for index in 0..<replies.count { try replies[index].check() }
    let time = replies[groups.count * 3]
    let now = try time[0].integer() * 1000 + time[1].integer() / 1000
    var status: [GroupStatus] = []
    for (index, group) in groups.enumerated() {
      let lease = replies[index * 3 + 2]
      let isHeld = try lease[1].optionalInteger() ?? 0 > now
      let owner = try lease[0].optionalString() ?? ""
      status.append(
        GroupStatus(
          service: group.service, shard: group.shard, lag: group.lag, pending: group.pending,
          retrying: try replies[index * 3].integer(), dead: try replies[index * 3 + 1].integer(),
          owner: isHeld && !owner.isEmpty ? owner : nil, lastDelivered: group.lastDelivered))
    }
    return status
  }

  // MARK: Pending entries

  /// The pending entries of a service, shard by shard, oldest first.
  ///
  /// - Parameters:
  ///   - minIdle: only entries that were delivered at least so long ago.
  ///   - limit: at most so many.
  public func pending(service: String, minIdle: Duration = .zero, limit: Int) async throws -> [PendingEntry] {
    var entries: [PendingEntry] = []
    for shard in topic.shards {
      var after = "-"
      while entries.count < limit {
        let pageSize = min(1000, limit - entries.count)
        let page = try await page(service, shard, after: after, minIdle: minIdle, count: pageSize)
        entries += page
        guard page.count == pageSize, let last = page.last else { break }
        after = "(\(last.streamID)"
      }
    }
    return entries
  }

  private func page(
    _ service: String, _ shard: Int, after: String, minIdle: Duration, count: Int
  ) async throws -> [PendingEntry] {
    let values: [[String]]
    do {
      values = try Self.rows(
        of: await connection.call([
          "XPENDING", topic.log(shard), service, "IDLE", "\(minIdle.wholeMilliseconds)", after, "+", "\(count)",
        ]))
    } catch let error as RedisError where error.code == .noGroup {
      return []
    }
    guard !values.isEmpty else { return [] }
    var commands = Commands()
    for row in values {
      commands.append("XRANGE", topic.log(shard), row[0], row[0])
      commands.append("HGET", topic.retry(shard, service), row[0])
    }
    return try Self.entries(service, shard, values, await connection.send(commands))
  }

  private static func rows(of reply: borrowing Reply) throws -> [[String]] {
    var rows: [[String]] = []
    for index in 0..<reply.root.count { rows.append(try reply.root[index].strings()) }
    return rows
  }

  private static func entries(
    _ service: String, _ shard: Int, _ rows: [[String]], _ replies: borrowing Replies
  ) throws -> [PendingEntry] {
    var entries: [PendingEntry] = []
    for (index, row) in rows.enumerated() {
      guard let id = StreamID(row[0]) else { continue }
      try replies[index * 2].check()
      try replies[index * 2 + 1].check()
      entries.append(
        PendingEntry(
          service: service, shard: shard, streamID: id, header: header(of: replies[index * 2], id), consumer: row[1],
          idle: .milliseconds(Int(row[2]) ?? 0), deliveries: Int(row[3]) ?? 0,
          failures: try failures(of: replies[index * 2 + 1])))
    }
    return entries
  }

  /// The envelope of the one entry of a range; nil if there is none that can be read.
  static func header(of range: borrowing ReplyNode, _ id: StreamID) -> EventHeader? {
    guard range.count > 0 else { return nil }
    var parser = JSONParser()
    do throws(JSONError) {
      var object = try parser.parse(range[0][1][1].bytes).object()
      return try EventHeader(from: &object, fallbackID: id.description)
    } catch {
      // Whoever lists it sees that it has no type; its service has it in the dead letters, with the reason.
      return nil
    }
  }

  static func failures(of node: borrowing ReplyNode) throws -> Failures? {
    guard !node.isNil else { return nil }
    var parser = JSONParser()
    return try Failures(from: parser.parse(node.bytes))
  }
}
