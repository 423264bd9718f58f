public import EventStreams

/// The price multiplier of a place has changed.
public struct SurgeUpdated: EventData, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "SURGE_UPDATED"
  /// The topic of such an event.
  public static let topic = RideTopics.surge

  /// Where.
  public var city: String
  /// The geohash cell.
  public var cell: String
  /// 100 is the plain price.
  public var multiplierPercent: Int
  /// Rides asked for in the window.
  public var demand: Int
  /// Cars that became free in the window.
  public var supply: Int
  /// The window's last minute, since 1970.
  public var minute: Int

  /// The event's data.
  public init(city: String, cell: String, multiplierPercent: Int, demand: Int, supply: Int, minute: Int) {
    self.city = city
    self.cell = cell
    self.multiplierPercent = multiplierPercent
    self.demand = demand
    self.supply = supply
    self.minute = minute
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    city = try fields("city", \.city, .name)
    cell = try fields("cell", \.cell, .name)
    multiplierPercent = try fields("multiplierPercent", \.multiplierPercent, .within(.percent))
    demand = try fields("demand", \.demand, .within(.count))
    supply = try fields("supply", \.supply, .within(.count))
    minute = try fields("minute", \.minute, .within(.minute))
  }

  /// What is handled in order: a cell.
  public var orderingKey: String { "\(city)/\(cell)" }
  /// What belongs together: a city.
  public var shardKey: String { city }
  /// The `type` field of such an event.
  public var eventID: String { "\(Self.eventType):\(orderingKey):\(minute):\(multiplierPercent)" }
}
