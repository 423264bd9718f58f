import EventArchive
public import EventStreams

/// How much the archive holds.
public struct ArchiveContents: Sendable {
  /// How many events, by type; those that are no events under the empty name.
  public let events: [Identifier: Int]
  /// When the earliest happened; nil if there is none.
  public let first: Timestamp?
  /// When the latest happened.
  public let last: Timestamp?

  init(_ database: any ArchiveDatabase) throws {
    let rows = try database.all(
      "SELECT type, count(*), min(happened_at_us), max(happened_at_us) FROM events GROUP BY type"
    ) { (Identifier($0.text(0) ?? ""), Int($0.integer(1) ?? 0), $0.integer(2), $0.integer(3)) }
    events = Dictionary(uniqueKeysWithValues: rows.map { ($0.0, $0.1) })
    first = rows.compactMap(\.2).min().map { Timestamp(microsecondsSinceEpoch: $0) }
    last = rows.compactMap(\.3).max().map { Timestamp(microsecondsSinceEpoch: $0) }
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
