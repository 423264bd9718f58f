import EventStreams
import GRDB

/// Reads events of one type out of the archive.
struct ArchiveScan {
  private let database: Database
  /// Events whose data is not what their type says: the services have them in their dead letters.
  private(set) var unreadable = 0

  init(_ database: Database) { self.database = database }

  /// Calls `body` with each event of the type, and when it happened. An event that was published again after its publish window was
  /// lost counts once, as the services count it: what happened first is what was published first.
  ///
  /// - Parameter filter: whose times are looked at; nil for all events.
  mutating func each<Data: EventData>(
    _ type: Data.Type, during filter: ReportFilter? = nil, _ body: (Data, Timestamp) -> Void
  ) throws {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT happened_at_us, event, shard, id FROM events
        WHERE type = ? AND happened_at_us >= ? AND happened_at_us < ?
        """,
      arguments: [
        type.eventType.rawValue, filter?.from?.microsecondsSinceEpoch ?? .min,
        filter?.to?.microsecondsSinceEpoch ?? .max,
      ])
    var parser = JSONParser()
    var seen: [Int: Set<Identifier>] = [:]
    while let row = try rows.next() {
      if let id: String = row[3], !seen[row[2], default: []].insert(id) { continue }
      let time = Timestamp(microsecondsSinceEpoch: row[0])
      let text: String = row[1]
      do throws(JSONError) {
        var event = try parser.parse(text.utf8.span).object()
        let data: Data = try event["data"]
        body(data, time)
      } catch {
        unreadable += 1
      }
    }
  }
}
