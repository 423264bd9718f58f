import EventStreams
import GRDB

/// Reads events of one type out of the archive.
struct ArchiveScan {
  private let database: Database
  /// Events whose data is not what their type says, or of a newer version: the services have them in their dead letters, or hold them.
  private(set) var unreadable = 0

  init(_ database: Database) { self.database = database }

  /// Where and when an event happened.
  struct Place {
    let shard: Int
    let time: Timestamp
  }

  /// Calls `body` with each event of the type, shard by shard in the order of the log. An event that was published again after its
  /// publish window was lost counts once, as the services count it: where it stands first.
  ///
  /// - Parameter filter: whose times are looked at; nil for all events.
  mutating func each<Data: EventData>(
    _ type: Data.Type, during filter: ReportFilter? = nil, _ body: (Data, Place) -> Void
  ) throws {
    // Only the places are sorted, which the index holds; the events are read in the order in which they are stored. Without a limit
    // SQLite would take the order for a whim.
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT happened_at_us, event, shard, id FROM (
          SELECT shard, stream_ms, stream_seq FROM events
          WHERE type = ? AND happened_at_us >= ? AND happened_at_us < ? ORDER BY 1, 2, 3 LIMIT -1
        ) CROSS JOIN events USING (shard, stream_ms, stream_seq)
        """,
      arguments: [
        type.eventType.rawValue, filter?.from?.microsecondsSinceEpoch ?? .min,
        filter?.to?.microsecondsSinceEpoch ?? .max,
      ])
    var parser = JSONParser()
    var seen: [Int: Set<Identifier>] = [:]
    while let row = try rows.next() {
      if let id: String = row[3], !seen[row[2], default: []].insert(id) { continue }
      let place = Place(shard: row[2], time: Timestamp(microsecondsSinceEpoch: row[0]))
      let text: String = row[1]
      do throws(JSONError) {
        var event = try parser.parse(text.utf8.span).object()
        body(try Data(ofEvent: &event), place)
      } catch {
        unreadable += 1
      }
    }
  }
}
