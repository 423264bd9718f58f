/// What SQLite and PostgreSQL say each in its own way: in the tables' own statements, and in those of views.
///
/// Paths go from the event down: `data.fare.total`.
public struct SQLDialect: Sendable, Hashable {
  private enum Kind { case sqlite, postgresql }
  private let kind: Kind

  /// SQLite's.
  public static let sqlite = SQLDialect(kind: .sqlite)
  /// PostgreSQL's.
  public static let postgresql = SQLDialect(kind: .postgresql)

  /// One of several texts.
  func choose(sqlite: String, postgresql: String) -> String {
    switch kind {
    case .sqlite: sqlite
    case .postgresql: postgresql
    }
  }

  // MARK: Events

  /// What stands at a path of an event, as text.
  ///
  /// - Parameters:
  ///   - path: the names of fields, one inside the other, as `data.fare.total`.
  ///   - table: the name of the table of events in the statement, where there are several.
  public func text(_ path: String, of table: String? = nil) -> String {
    let event = column("event", of: table)
    return choose(sqlite: "(\(event) ->> '$.\(path)')", postgresql: "(event_json(\(event)) #>> '\(list(path))')")
  }

  /// What stands at a path of an event, as JSON.
  public func part(_ path: String) -> String {
    choose(sqlite: "(event -> '$.\(path)')", postgresql: "(event_json(event) #> '\(list(path))')")
  }

  /// A whole number at a path of an event, which its producer may have written as 800.0 or 8e2.
  public func whole(_ path: String, of table: String? = nil) -> String {
    let event = column("event", of: table)
    return choose(
      sqlite: "cast(\(event) ->> '$.\(path)' AS INTEGER)",
      postgresql: "whole_number(event_json(\(event)) #> '\(list(path))')")
  }

  /// A whole number at a path of some JSON.
  public func whole(_ path: String, in json: String) -> String {
    choose(
      sqlite: "cast(\(json) ->> '$.\(path)' AS INTEGER)", postgresql: "whole_number((\(json)) #> '\(list(path))')")
  }

  /// Whether a number stands at a path of an event, and has no fraction.
  public func isWhole(_ path: String) -> String {
    choose(
      sqlite: "json_type(event, '$.\(path)') IN ('integer', 'real') AND \(text(path)) = \(whole(path))",
      postgresql: "is_whole(\(part(path)))")
  }

  /// A number with a fraction at a path of an event.
  public func real(_ path: String) -> String {
    choose(sqlite: text(path), postgresql: "real_number(\(part(path)))")
  }

  // MARK: Times

  /// A time at a path of an event, in UTC: `2026-04-03T10:29:00Z`.
  public func time(_ path: String) -> String {
    choose(sqlite: "strftime('\(Self.format)', upper(\(text(path))))", postgresql: "utc_time(\(text(path)))")
  }

  /// When the event happened, in UTC.
  public var happenedAt: String {
    choose(
      sqlite: "strftime('\(Self.format)', happened_at_us / 1000000, 'unixepoch')",
      postgresql:
        #"to_char(to_timestamp(happened_at_us / 1000000) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"#)
  }

  private static let format = "%Y-%m-%dT%H:%M:%SZ"

  // MARK: Tables

  /// A whole number of 64 bits, as a type.
  public var integer: String { choose(sqlite: "INTEGER", postgresql: "BIGINT") }

  /// Has events found by an index that SQLite might not choose.
  func indexed(by index: String) -> String { choose(sqlite: " INDEXED BY \(index)", postgresql: "") }

  /// A column by which SQLite must not choose an index, because it would have to sort what it finds by it.
  func unindexed(_ column: String) -> String { choose(sqlite: "+\(column)", postgresql: column) }

  private func column(_ name: String, of table: String?) -> String { table.map { "\($0).\(name)" } ?? name }

  /// A path as PostgreSQL has it: `{data,fare,total}`.
  private func list(_ path: String) -> String { "{\(path.replacing(".", with: ","))}" }
}
