import EventStreams
import EventStreamsOperations

/// How far a copy has come in each shard, and what was there when it began.
struct CopiedShards {
  private struct Shard {
    var last = EntryID.zero
    /// Events that were there already.
    var found = 0
  }

  private let path: String
  private var shards: [Int: Shard] = [:]
  /// What was there when it began: how many, and the last of them.
  private var before: [Int: (count: Int, last: EntryID)] = [:]

  init(in archive: ArchiveReader) async throws {
    path = archive.path
    for shard in try await archive.shards() {
      before[shard] = (try await archive.count(shard: shard), try await archive.lastID(shard: shard) ?? .zero)
    }
  }

  /// The place of the next event of a shard: the one that it had, unless that is taken.
  mutating func place(after id: EntryID, shard: Int) -> LogPlace {
    let last = shards[shard]?.last ?? .zero
    let place = id > last ? id : last.next
    shards[shard, default: Shard()].last = place
    return LogPlace(entryID: place, shard: shard)
  }

  /// Whether an event was copied before.
  ///
  /// - Throws: `ArchiveProblem` if there was something else before it.
  mutating func has(_ place: LogPlace) throws -> Bool {
    guard let known = before[place.shard] else { return false }
    if place.entryID <= known.last {
      shards[place.shard, default: Shard()].found += 1
      return true
    }
    try check(place.shard, known.count)
    return false
  }

  /// Checks at the end that nothing was there but what was copied.
  func check() throws {
    for (shard, known) in before { try check(shard, known.count) }
  }

  private func check(_ shard: Int, _ count: Int) throws {
    guard shards[shard]?.found ?? 0 == count else {
      throw ArchiveProblem(
        "\(path) has other events in shard \(shard) than those that are copied: name an archive that isn't there yet")
    }
  }
}
