import EventStreams
import Synchronization

/// A history in memory, and the service that keeps it.
final class RememberedHistory: EventHistory {
  private let events = Mutex<[Int: [RecordedEvent]]>([:])

  var service: EventService {
    EventService("archive", storing: { [self] in store($0) })
  }

  func store(_ more: [RecordedEvent]) {
    events.withLock { events in
      for event in more { events[event.shard, default: []].append(event) }
    }
  }

  /// Forgets what was recorded last.
  func forget(_ count: Int, shard: Int) {
    events.withLock { $0[shard]?.removeLast(count) }
  }

  func events(shard: Int, after place: EntryID, limit: Int) async throws -> [RecordedEvent] {
    events.withLock { Array(($0[shard] ?? []).filter { $0.entryID > place }.prefix(limit)) }
  }

  func extent(shard: Int) async throws -> HistoryExtent? {
    events.withLock { events in
      (events[shard]?.last).map { HistoryExtent(last: $0.entryID, count: events[shard]?.count ?? 0) }
    }
  }
}
