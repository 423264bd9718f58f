import EventArchive
import EventStreams
import EventStreamsOperations

/// The analytics service's state is the archive: rebuilding it means to store what the log has and the archive has not.
///
/// What it has otherwise than it was logged is named and is left alone: its chain would not hold any more.
struct ArchiveFill: Sendable {
  let namespace: Namespace
  let inspector: Inspector
  let reader: ArchiveReader
  /// Where to store; nil to only look.
  let archive: Archive?
  let domain: ArchiveDomain

  func run(_ shard: Int) async throws -> RebuildReport.Shard {
    let start = ContinuousClock.now
    let progress = try await inspector.progress([domain.service], shard: shard)[0]
    var history = ShardHistory(of: domain, shard: shard, inspector: inspector, archive: reader, scope: .everything)
    var missing: [RecordedEvent] = []
    var comparison = ShardRebuild.Comparison()
    (comparison.liveDigest, comparison.rebuiltDigest) = (Digest.start, Digest.start)
    var (events, changed) = (0, 0)
    while let item = try await history.next() {
      events += 1
      let place = "\(item.id) ".utf8
      if let archived = item.archived {
        comparison.liveDigest = Digest.fnv1a(archived.json, after: Digest.fnv1a(place, after: comparison.liveDigest))
      }
      guard item.archived != nil || progress.state(of: item.id, in: item.topic) == .done else { continue }
      comparison.rebuiltDigest = Digest.fnv1a(item.json, after: Digest.fnv1a(place, after: comparison.rebuiltDigest))
      guard let logged = item.logged else { continue }
      if let archived = item.archived {
        guard archived.json != logged else { continue }
        changed += 1
        comparison.add(
          StateDifference(
            name: "events", item: "\(item.id)", live: String(decoding: archived.json, as: UTF8.self),
            rebuilt: String(decoding: logged, as: UTF8.self)))
        continue
      }
      comparison.add(
        StateDifference(name: "events", item: "\(item.id)", live: nil, rebuilt: String(decoding: logged, as: UTF8.self))
      )
      missing.append(RecordedEvent(shard: shard, entryID: item.id, header: item.header, json: logged))
      if missing.count == 1000 {
        try await archive?.store(missing)
        missing = []
      }
    }
    if !missing.isEmpty { try await archive?.store(missing) }
    return RebuildReport.Shard(
      shard: shard, events: events, unknown: 0, missing: 0, comparison: comparison,
      held: ContinuousClock.now - start, isApplied: archive != nil && changed == 0)
  }
}
