import EventArchive
import EventStreams
import EventStreamsOperations
import Synchronization

/// Which shard of a namespace events belong into that stood in shards of another.
final class ShardOwners: Sendable {
  private let namespace: Namespace
  private let catalog: EventCatalog
  /// By the shard that they were in, where the events went that were scheduled there.
  private let scheduled = Mutex<[Int: [Identifier: Int]]>([:])

  init(_ namespace: Namespace, _ catalog: EventCatalog) {
    self.namespace = namespace
    self.catalog = catalog
  }

  /// The shard that an event belongs into.
  ///
  /// - Throws: `Reshard.Refusal` for an event that some other program knows the place of.
  func shard(of event: RecordedEvent) throws -> Int {
    // What nobody can read is somewhere.
    guard let header = Self.header(of: event) else { return event.shard % namespace.shardCount }
    switch header.type {
    case ScheduleRecord.scheduled:
      guard let record = try? ScheduleRecord.Scheduled(event.json),
        let about = try? EventHeader(ofEvent: record.json.span, fallbackID: record.id)
      else { return event.shard % namespace.shardCount }
      let shard = try shard(of: record.json, about, in: event.shard)
      scheduled.withLock { $0[event.shard, default: [:]][Identifier(record.id)] = shard }
      return shard
    case ScheduleRecord.cancelled:
      let id = try? ScheduleRecord.cancelledID(in: event.json)
      return scheduled.withLock { scheduled in id.flatMap { scheduled[event.shard]?[Identifier($0)] } }
        ?? event.shard % namespace.shardCount
    default: return try shard(of: event.json, header, in: event.shard)
    }
  }

  private static func header(of event: RecordedEvent) -> EventHeader? {
    try? EventHeader(ofEvent: event.json.span, fallbackID: event.entryID.description)
  }

  private func shard(of json: [UInt8], _ header: EventHeader, in old: Int) throws -> Int {
    do throws(JSONError) {
      return namespace.shard(of: try catalog.read(json.span).shardKey)
    } catch {
      guard catalog.typeNames.contains(where: { header.type == EventType(rawValue: $0) })
      else {
        throw Reshard.Refusal(
          "there are events of type \(header.type), which this program does not know, so it can't tell where they belong: use one that does"
        )
      }
      try catalog.checkVersion(of: header)
      // Of a known type, and not as it must be: services have refused it.
      return old % namespace.shardCount
    }
  }
}
