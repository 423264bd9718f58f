public import EventStreams
import GRDB

/// How much the archive holds.
public struct ArchiveContents: Sendable {
  /// How many events, by type; those that are no events under the empty name.
  public let events: [Identifier: Int]
  /// When the earliest happened; nil if there is none.
  public let first: Timestamp?
  /// When the latest happened.
  public let last: Timestamp?

  init(_ database: Database) throws {
    let rows = try Row.fetchAll(
      database,
      sql: "SELECT type, count(*), min(happened_at_us), max(happened_at_us) FROM events GROUP BY type")
    events = Dictionary(uniqueKeysWithValues: rows.map { (Identifier($0[0] as String? ?? ""), $0[1] as Int) })
    first = rows.compactMap { $0[2] as Int64? }.min().map { Timestamp(microsecondsSinceEpoch: $0) }
    last = rows.compactMap { $0[3] as Int64? }.max().map { Timestamp(microsecondsSinceEpoch: $0) }
  }

  /// Events of one type.
  public struct OfType: Sendable, JSONWritable {
    /// Empty of what is no event.
    public let type: String
    /// How many.
    public let events: Int

    /// `{"type":…,"events":…}`
    public func write(to json: inout JSONWriter) {
      json.object {
        $0.field("type", type)
        $0.field("events", events)
      }
    }
  }

  /// How many events of each type, by its name.
  public var types: [OfType] { events.sorted { $0.key < $1.key }.map { OfType(type: $0.key.text, events: $0.value) } }

  /// All types together.
  public var count: Int { events.values.reduce(0, +) }
}

extension ArchiveContents: JSONWritable {
  /// `{"events":…,"first":…,"last":…}`
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("events", count)
      $0.field("first", first)
      $0.field("last", last)
    }
  }
}
