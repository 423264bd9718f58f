import Redis

extension Inspector {
  /// How far services have come in one shard. What it calls done stays done: its effects are in any state that is read later.
  public func progress(_ services: [String], shard: Int) async throws -> [ServiceProgress] {
    // In this order an entry that moves meanwhile is seen at least once on its way: delivered, pending, dead.
    let groups = try await status().filter { $0.shard == shard }
    let dead = DeadLetters(namespace: namespace, connection: connection)
    var all: [ServiceProgress] = []
    for service in services {
      let group = groups.first { $0.service == service }
      let pending = group == nil ? [] : try await pendingIDs(service, shard)
      let letters = try await dead.list(service: service, shard: shard)
      let discarded = try await connection.strings(["SMEMBERS", namespace.discarded(shard, service)])
      all.append(
        ServiceProgress(
          service: service, shard: shard, isStarted: group != nil, lastDelivered: group?.lastDelivered ?? .zero,
          pending: pending, letters: Dictionary(letters.map { ($0.entryID, $0.isParked) }) { $0 && $1 },
          discarded: Set(discarded.compactMap { StreamID($0) })))
    }
    return all
  }

  private func pendingIDs(_ service: String, _ shard: Int) async throws -> Set<StreamID> {
    var ids: Set<StreamID> = []
    var after = "-"
    while true {
      let page = try Self.ids(
        of: try await connection.call("XPENDING", namespace.log(shard), service, after, "+", "\(Self.pageSize)"))
      ids.formUnion(page)
      guard page.count == Self.pageSize, let last = page.last else { return ids }
      after = "(\(last)"
    }
  }

  private static let pageSize = 10_000

  private static func ids(of reply: borrowing Reply) throws -> [StreamID] {
    var ids: [StreamID] = []
    for index in 0..<reply.root.count { ids.append(StreamID(utf8: reply.root[index][0].bytes) ?? .zero) }
    return ids
  }

  // MARK: The log

  /// An entry of a shard's log.
  public struct LogEntry: Sendable {
    /// Its place.
    public let id: StreamID
    /// The event's JSON; empty if the entry holds no event.
    public let json: [UInt8]
  }

  /// The entries after a place, at most so many.
  public func entries(shard: Int, after: StreamID, limit: Int) async throws -> [LogEntry] {
    // Nothing is after the largest id, and the server refuses to look.
    if after.next == after { return [] }
    let first = after == .zero ? "-" : "(\(after)"
    return try Self.entries(
      of: try await connection.call("XRANGE", namespace.log(shard), first, "+", "COUNT", "\(limit)"))
  }

  private static func entries(of reply: borrowing Reply) throws -> [LogEntry] {
    var entries: [LogEntry] = []
    let root = reply.root
    entries.reserveCapacity(root.count)
    for index in 0..<root.count {
      guard let id = StreamID(utf8: root[index][0].bytes) else { continue }
      let json = root[index][1][1].bytes.withUnsafeBufferPointer { Array($0) }
      entries.append(LogEntry(id: id, json: json))
    }
    return entries
  }
}
