import EventArchive
import EventStreams

/// Reads events of one type out of the archive.
struct ArchiveScan {
  private let database: any ArchiveDatabase
  /// Events whose data is not what their type says, or of a newer version: the services have them in their dead letters, or hold them.
  private(set) var unreadable = 0

  init(_ database: any ArchiveDatabase) { self.database = database }

  /// Where and when an event happened.
  struct Place {
    let shard: Int
    let time: Timestamp
  }

  /// Calls `body` with each event of the type, shard by shard in the order of the log. An event that was published again after its
  /// id was forgotten counts once, as the services count it: where it stands first.
  ///
  /// - Parameter filter: whose times are looked at; nil for all events.
  mutating func each<Data: EventData>(
    _ type: Data.Type, during filter: ReportFilter? = nil, _ body: (Data, Place) -> Void
  ) throws {
    var parser = JSONParser()
    var seen: [Int: Set<Identifier>] = [:]
    let sql = ArchiveTable.inOrder("happened_at_us, event, shard, id", database.dialect)
    let values: [SQLValue] = [
      .text(type.eventType.rawValue), .integer(filter?.from?.microsecondsSinceEpoch ?? .min),
      .integer(filter?.to?.microsecondsSinceEpoch ?? .max),
    ]
    try database.rows(sql, values) { row in
      let shard = Int(row.integer(2) ?? 0)
      if let id = row.text(3), !seen[shard, default: []].insert(Identifier(id)).inserted { return }
      let place = Place(shard: shard, time: Timestamp(microsecondsSinceEpoch: row.integer(0) ?? 0))
      let json = try row.bytes(1) ?? []
      do throws(JSONError) {
        var event = try parser.parse(json.span).object()
        body(try Data(ofEvent: &event), place)
      } catch {
        unreadable += 1
      }
    }
  }
}
