import HiredisClient

@testable import EventStreams
@testable import EventStreamsOperations

extension TestBench {
  var publisher: Publisher { Publisher(namespace: namespace, connection: connection) }
  var inspector: Inspector { Inspector(namespace: namespace, connection: connection) }

  /// Moves what is due in a shard into its log, once; returns how many, and when to look again.
  @discardableResult
  func moveDue(_ shard: Int = 0) async throws -> DueCall.Answer {
    try await connection.call(DueCall(namespace: namespace, shard: shard))
  }

  /// Has all that waits in a shard be due.
  func makeDue(_ shard: Int = 0) async throws {
    let key = namespace.scheduled(shard)
    let members = try await connection.strings(["ZRANGE", key, "0", "-1"])
    _ = try await connection.call(["ZADD", key] + members.flatMap { ["1", $0] })
  }

  /// The events of a shard's log, without the records of what was scheduled and cancelled.
  func logged(_ shard: Int = 0) async throws -> [(id: String, place: EntryID)] {
    try await inspector.entries(shard: shard, after: .zero, limit: 200_000).compactMap { entry in
      let header = try EventHeader(ofEvent: entry.json.span, fallbackID: "")
      let isRecord = [ScheduleRecord.scheduled, ScheduleRecord.cancelled].contains(header.type)
      return isRecord ? nil : (header.id, entry.id)
    }
  }

  /// Ids of what waits, the next that is due first.
  func waiting() async throws -> [String] { try await inspector.scheduled().map(\.id) }
}
