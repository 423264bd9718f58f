public import EventStreams
public import EventStreamsOperations

/// An archive's events in another archive, each in the shard that it belongs into there: in the order in which they were recorded, whatever shard
/// they were in.
///
/// Two that were recorded in different shards may have the same place; the later one gets the next place then. So it comes to the same each time, and
/// a copy that was interrupted is gone on with.
public struct ArchiveCopy {
  private let source: ArchiveReader
  private let target: Archive
  private let path: String
  private let shard: (RecordedEvent) throws -> Int
  private var copied: CopiedShards
  private var sources: [SourceShard] = []
  private var count = 0

  /// A copy with nothing in it yet, or with what an earlier one has left.
  ///
  /// - Parameters:
  ///   - source: what is copied.
  ///   - path: of the other archive, which is made if it isn't there.
  ///   - shard: where an event belongs into. It is asked of those of one shard in their order.
  public init(
    of source: ArchiveReader, to path: String, shard: @escaping (RecordedEvent) throws -> Int
  ) async throws {
    self.source = source
    self.path = path
    self.shard = shard
    target = try Archive(path: path, of: source.domain)
    copied = try await CopiedShards(in: ArchiveReader.open(path: path, of: source.domain))
  }

  /// Adds what is not there yet of what was recorded up to a time, by which nobody adds to the source any more.
  ///
  /// - Parameters:
  ///   - end: the time; nil to copy all, if nobody adds anything to it any more.
  ///   - wanted: places of the source of which it is asked where they are in the copy.
  ///   - onProgress: is told how many events it has come to.
  /// - Returns: where the wanted ones are of those that it has come to now.
  /// - Throws: `ArchiveProblem` if there is something else in the other archive.
  public mutating func run(
    through end: Timestamp? = nil, finding wanted: Set<LogPlace> = [], onProgress: (Int) -> Void = { _ in }
  ) async throws -> [LogPlace: LogPlace] {
    for number in try await source.shards() where !sources.contains(where: { $0.number == number }) {
      sources.append(SourceShard(number: number))
    }
    for index in sources.indices { try await sources[index].fill(from: source) }
    var places: [LogPlace: LogPlace] = [:]
    var batch: [RecordedEvent] = []
    while let next = earliest, end.map({ sources[next].next.recordedAt <= $0 }) != false {
      let event = sources[next].take()
      try await sources[next].fill(from: source)
      let place = copied.place(after: event.entryID, shard: try shard(event))
      let old = LogPlace(entryID: event.entryID, shard: event.shard)
      if wanted.contains(old) { places[old] = place }
      if try !copied.has(place) {
        batch.append(
          RecordedEvent(
            shard: place.shard, entryID: place.entryID, header: ShardHistory.header(of: event.json, place.entryID),
            json: event.json))
      }
      count += 1
      if batch.count == Self.batchSize {
        try await target.store(batch)
        batch = []
      }
      if count % 1000 == 0 { onProgress(count) }
    }
    if !batch.isEmpty { try await target.store(batch) }
    if end == nil {
      try copied.check()
      await target.finish()
    }
    return places
  }

  /// The source shard whose next event was recorded before those of all others; nil if none has one.
  private var earliest: Int? {
    sources.indices.filter { !sources[$0].isEmpty }.min {
      (sources[$0].next, sources[$0].number) < (sources[$1].next, sources[$1].number)
    }
  }

  private static let batchSize = 1000

  /// A shard that is copied, page by page.
  private struct SourceShard {
    let number: Int
    private var rows: ArraySlice<ArchivedEvent> = []
    private var last = EntryID.zero

    init(number: Int) { self.number = number }

    var isEmpty: Bool { rows.isEmpty }
    var next: EntryID { rows.first?.entryID ?? .zero }

    mutating func fill(from source: ArchiveReader) async throws {
      guard rows.isEmpty else { return }
      rows = try await source.rows(.init(shard: number, after: last, limit: 500))[...]
      last = rows.last?.entryID ?? last
    }

    mutating func take() -> RecordedEvent {
      let row = rows.removeFirst()
      return RecordedEvent(shard: number, entryID: row.entryID, header: nil, json: row.json)
    }
  }
}
