package import EventStreams
import HiredisClient

extension Inspector {
  /// How many events wait until they are due.
  public func scheduledCount() async throws -> Int {
    var commands = Commands()
    for shard in namespace.shards { commands.append("ZCARD", namespace.scheduled(shard)) }
    return try await connection.answers(to: commands).reduce(0) { $0 + ($1 ?? 0) }
  }

  /// The server's time; in a cluster that of one of its nodes.
  package func serverTime() async throws -> Timestamp {
    let time = try await connection.strings(["TIME"])
    return Timestamp(microsecondsSinceEpoch: (Int64(time[0]) ?? 0) * 1_000_000 + (Int64(time[1]) ?? 0))
  }

  /// How many events have been due for a while, and are not in the log.
  ///
  /// - Parameter time: at least for so long, by the server's clock.
  public func overdueCount(by time: Duration = .zero) async throws -> Int {
    let limit = Int(try await serverTime().microsecondsSinceEpoch / 1000) - time.wholeMilliseconds
    var commands = Commands()
    for shard in namespace.shards { commands.append("ZCOUNT", namespace.scheduled(shard), "-inf", String(limit)) }
    return try await connection.answers(to: commands).reduce(0) { $0 + ($1 ?? 0) }
  }

  /// The events that wait, the next that is due first.
  ///
  /// - Parameters:
  ///   - limit: at most so many.
  ///   - isWanted: which, by their JSON.
  public func scheduled(
    limit: Int = .max, where isWanted: (Span<UInt8>) -> Bool = { _ in true }
  ) async throws -> [ScheduledEvent] {
    var found: [ScheduledEvent] = []
    for shard in namespace.shards {
      let ids = try await connection.strings(["ZRANGE", namespace.scheduled(shard), "0", "-1"])
        .map(ScheduledEvent.id(ofMember:))
      var count = 0
      for start in stride(from: 0, to: ids.count, by: 500) where count < limit {
        let page = Array(ids[start..<min(start + 500, ids.count)])
        let values = try await connection.call(["HMGET", namespace.scheduledEvents(shard)] + page)
        let events = try Self.scheduled(page, values, shard, isWanted)
        count += events.count
        found += events
      }
    }
    found.sort { ($0.due, $0.shard, $0.recordID) < ($1.due, $1.shard, $1.recordID) }
    return Array(found.prefix(limit))
  }

  private static func scheduled(
    _ ids: [String], _ reply: borrowing Reply, _ shard: Int, _ isWanted: (Span<UInt8>) -> Bool
  ) throws -> [ScheduledEvent] {
    try reply.root.check()
    var events: [ScheduledEvent] = []
    for (index, id) in ids.enumerated() {
      // One that was moved or cancelled meanwhile is nil.
      guard !reply.root[index].isNil,
        let event = ScheduledEvent(shard: shard, id: id, reply.root[index].bytes), isWanted(event.json.span)
      else { continue }
      events.append(event)
    }
    return events
  }
}
