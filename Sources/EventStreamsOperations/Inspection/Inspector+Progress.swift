import EventStreams
import HiredisClient

extension Inspector {
  /// How far services have come in one shard. What it calls done stays done: its effects are in any state that is read later.
  public func progress(_ services: [String], shard: Int) async throws -> [ServiceProgress] {
    // In this order an entry that moves meanwhile is seen at least once on its way: delivered, pending, dead.
    let groups = try await status(of: shard)
    let dead = DeadLetters(namespace: namespace, connection: connection)
    var all: [ServiceProgress] = []
    for service in services {
      let group = groups.first { $0.service == service }
      let delivered = group?.delivered ?? [:]
      var pending: [EntryID: String] = [:]
      for topic in delivered.keys { try await addPending(service, shard, topic.text, to: &pending) }
      let letters = try await dead.list(service: service, shard: shard)
      let discarded = try await connection.strings(["SMEMBERS", namespace.discarded(shard, service)])
      all.append(
        ServiceProgress(
          service: service, shard: shard, isStarted: group != nil, delivered: delivered, position: group?.position,
          pending: pending, letters: Dictionary(letters.map { ($0.entryID, $0.isParked) }) { $0 && $1 },
          discarded: Set(discarded.compactMap { EntryID($0) })))
    }
    return all
  }

  private func addPending(
    _ service: String, _ shard: Int, _ topic: String, to pending: inout [EntryID: String]
  ) async throws {
    var after = "-"
    while true {
      let page = try Self.ids(
        of: try await connection.call(
          "XPENDING", namespace.log(shard, topic), service, after, "+", "\(Self.pageSize)"))
      for id in page { pending[id] = topic }
      guard page.count == Self.pageSize, let last = page.last else { return }
      after = "(\(last)"
    }
  }

  private static let pageSize = 10_000

  private static func ids(of reply: borrowing Reply) throws -> [EntryID] {
    var ids: [EntryID] = []
    for index in 0..<reply.root.count { ids.append(EntryID(utf8: reply.root[index][0].bytes) ?? .zero) }
    return ids
  }
}
