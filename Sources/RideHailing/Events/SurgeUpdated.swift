public import EventStreams

/// What fares are multiplied by has changed in some cells of a city: one event per city and tick, at the most.
public struct SurgeUpdated: EventData, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "SURGE_UPDATED"
  /// The topic of such an event.
  public static let topic = RideTopics.surge
  /// Version 1 was about one cell.
  public static let version = 2

  /// The most cells that one event names; a tick that changes more has several.
  public static let mostCells = 500

  /// What fares that begin in a cell are multiplied by.
  public struct Cell: Sendable, Hashable, JSONRecord {
    /// The geohash cell.
    public var cell: String
    /// Of which cars; nil for the city's usual ones.
    public var pool: String?
    /// 100 is the plain price.
    public var multiplierPercent: Int
    /// Rides asked for and prices looked at there in the minutes that count, two looks for one.
    public var demand: Int
    /// Vacant cars there; where nobody tells those, cars that became free in those minutes.
    public var supply: Int

    /// A cell.
    public init(_ cell: String, pool: String? = nil, multiplierPercent: Int, demand: Int, supply: Int) {
      self.cell = cell
      self.pool = pool
      self.multiplierPercent = multiplierPercent
      self.demand = demand
      self.supply = supply
    }

    /// Its fields.
    public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
      cell = try fields("cell", \.cell, .name)
      pool = try fields.optional("pool", \.pool, .name)
      multiplierPercent = try fields("multiplierPercent", \.multiplierPercent, .within(.percent))
      demand = try fields("demand", \.demand, .within(.count))
      supply = try fields("supply", \.supply, .within(.count))
    }
  }

  /// Where.
  public var city: String
  /// The minute from which on it holds, since 1970: what counts happened before it.
  public var minute: Int
  /// The cells that changed.
  public var cells: [Cell]
  /// Tells apart several events of one tick.
  public var part: Int

  /// The event's data.
  public init(city: String, minute: Int, cells: [Cell], part: Int = 0) {
    self.city = city
    self.minute = minute
    self.cells = cells
    self.part = part
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    city = try fields("city", \.city, .name)
    minute = try fields("minute", \.minute, .within(.minute))
    cells = try fields("cells", \.cells)
    part = try fields("part", \.part, .within(.count), omitting: 0)
  }

  /// What was said of one cell becomes a list of it.
  public static func upcast(_ data: inout JSONFields, from version: Int) throws(JSONError) {
    var cell = JSONFields()
    if let name: String = try data.value("cell") { cell.set("cell", to: name) }
    for name in ["multiplierPercent", "demand", "supply"] {
      if let number: Int = try data.value(name) { cell.set(name, to: number) }
    }
    data.set("cells", to: [cell])
  }

  /// What is handled in order: a city.
  public var orderingKey: String { city }
  /// One per city and tick.
  public var eventID: String { "\(Self.eventType):\(city):\(minute)\(part == 0 ? "" : ":\(part)")" }
}
