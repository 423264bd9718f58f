public import EventStreams

/// How many cars of a city are vacant, cell by cell: what there is for those who want to go.
///
/// A cell that is not named keeps what was seen there last, until that is too old.
public struct CarsSeen: EventData, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "CARS_SEEN"
  /// The topic of such an event.
  public static let topic = RideTopics.cars

  /// The most cells that one event names.
  public static let mostCells = 1_000
  /// The longest that what was seen counts.
  public static let longestTime = Duration.seconds(3600)

  /// The vacant cars of a cell.
  public struct Cell: Sendable, Hashable, JSONRecord {
    /// Its geohash, of six characters.
    public var cell: String
    /// How many.
    public var vacant: Int

    /// So many cars somewhere.
    public init(_ cell: String, vacant: Int) {
      self.cell = cell
      self.vacant = vacant
    }

    /// Its fields.
    public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
      cell = try fields("cell", \.cell, .cell)
      vacant = try fields("vacant", \.vacant, .within(.cars))
    }
  }

  /// Where.
  public var city: String
  /// Which cars; nil for the city's usual ones.
  public var pool: String?
  /// When they were seen.
  public var at: Timestamp
  /// From when on it does not count any more.
  public var until: Timestamp
  /// How many are where.
  public var cells: [Cell]
  /// Tells apart several events of one look at a city that is larger than one event.
  public var part: Int

  /// Vacant cars.
  public init(
    city: String, pool: String? = nil, at: Timestamp, until: Timestamp, cells: [Cell], part: Int = 0
  ) {
    self.city = city
    self.pool = pool
    self.at = at
    self.until = until
    self.cells = cells
    self.part = part
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    city = try fields("city", \.city, .name)
    pool = try fields.optional("pool", \.pool, .name)
    at = try fields("at", \.at)
    until = try fields("until", \.until)
    cells = try fields("cells", \.cells)
    part = try fields("part", \.part, .within(.count), omitting: 0)
  }

  /// What was seen counts for some time, and each cell is named once.
  public func check() throws(JSONError) {
    guard until > at, until <= at + Self.longestTime else {
      throw JSONError(path: "until", problem: "\(until) is not within an hour after at, \(at)")
    }
    guard !cells.isEmpty, cells.count <= Self.mostCells else {
      throw JSONError(path: "cells", problem: "are \(cells.count), not 1 to \(Self.mostCells)")
    }
    var seen: Set<Identifier> = []
    for cell in cells where !seen.insert(Identifier(cell.cell)).inserted {
      throw JSONError(path: "cells", problem: "name \(cell.cell) twice")
    }
  }

  /// What is handled in order: a city.
  public var orderingKey: String { city }
  /// One per city, pool, moment and part.
  public var eventID: String {
    OutcomeID.of(
      Self.eventType, ride: city,
      correction: "\(pool ?? ""):\(at.microsecondsSinceEpoch)\(part == 0 ? "" : ":\(part)")")
  }
}
