import EventStreams
import EventStreamsOperations
import HiredisClient
import Synchronization

/// What a namespace's only shard held, kept after the log is trimmed; it can't be read the first few times.
final class ThrowingHistory: EventHistory {
  private let events: [RecordedEvent]
  private let failures: Mutex<Int>

  private init(_ events: [RecordedEvent], failures: Int) {
    self.events = events
    self.failures = Mutex(failures)
  }

  /// Publishes so many events, each of a key of its own, and takes them out of the log.
  ///
  /// - Parameter failures: how often in a row reading fails.
  static func taking(_ count: Int, from bench: TestBench, failures: Int = 0) async throws -> ThrowingHistory {
    _ = try await bench.publish((0..<count).map { Noted("k\($0)", $0) })
    let events = try await Inspector(namespace: bench.namespace, connection: bench.connection)
      .entries(shard: 0, after: .zero, limit: count)
      .map { RecordedEvent(shard: 0, entryID: $0.id, header: nil, json: $0.json) }
    _ = try await bench.connection.call("XTRIM", bench.namespace.log(0), "MAXLEN", "0")
    return ThrowingHistory(events, failures: failures)
  }

  func events(shard: Int, after place: EntryID, limit: Int) async throws -> [RecordedEvent] {
    let isFailing = failures.withLock { left in
      left -= 1
      return left >= 0
    }
    if isFailing { throw RedisError(.connectionClosed, "the connection is lost") }
    return Array(events.filter { $0.entryID > place }.prefix(limit))
  }

  func extent(shard: Int) async throws -> HistoryExtent? {
    events.last.map { HistoryExtent(last: $0.entryID, count: events.count) }
  }
}
