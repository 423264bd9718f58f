public import EventStreams
public import EventStreamsOperations
import HeapModule

/// The history of all shards, merged by entry id: per shard in the order of the log. Holds a page of each shard in memory.
public struct MergedHistory {
  private struct Head: Comparable {
    let event: RecordedEvent
    let index: Int

    static func < (a: Head, b: Head) -> Bool {
      (a.event.entryID, a.event.shard) < (b.event.entryID, b.event.shard)
    }

    static func == (a: Head, b: Head) -> Bool {
      (a.event.entryID, a.event.shard) == (b.event.entryID, b.event.shard)
    }
  }

  private var shards: [ShardHistory]
  private var heads = Heap<Head>()
  private var hasBegun = false

  /// The history of these shards, each event once.
  ///
  /// - Parameters:
  ///   - domain: what its events are.
  ///   - shards: their numbers.
  ///   - inspector: reads the logs; nil to leave them out.
  ///   - archive: nil to leave it out.
  ///   - filter: what is wanted of it.
  public init(
    of domain: ArchiveDomain, shards: some Sequence<Int>, inspector: Inspector?, archive: ArchiveReader?,
    filter: HistoryFilter = HistoryFilter()
  ) {
    let numbers = Array(shards)
    let pageSize = min(1000, max(50, Self.eventsInMemory / max(1, numbers.count)))
    self.shards = numbers.map {
      ShardHistory(
        of: domain, shard: $0, inspector: inspector, archive: archive, filter: filter, pageSize: pageSize)
    }
  }

  private static let eventsInMemory = 8000

  /// The next event; nil at the end. What was recorded and is no event has no header.
  public mutating func next() async throws -> RecordedEvent? {
    if !hasBegun {
      hasBegun = true
      for index in shards.indices { try await advance(index) }
    }
    guard let head = heads.popMin() else { return nil }
    try await advance(head.index)
    return head.event
  }

  private mutating func advance(_ index: Int) async throws {
    if let event = try await shards[index].nextEvent() { heads.insert(Head(event: event, index: index)) }
  }

  /// Where events are missing because the log was trimmed beyond what the archive holds; known once the first event was asked for.
  public var gaps: [HistoryGap] { shards.compactMap(\.gap) }
}
