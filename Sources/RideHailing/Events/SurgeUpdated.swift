public import EventStreams

/// The price multiplier of a place has changed.
public struct SurgeUpdated: EventData, Hashable {
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

  /// Reads and checks the data.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    city = try object["city"]
    cell = try object["cell"]
    multiplierPercent = try object["multiplierPercent"]
    demand = try object["demand"]
    supply = try object["supply"]
    minute = try object["minute"]
    try Identifier.checkName(city, "city")
    try Identifier.checkName(cell, "cell")
    try Quantity.percent.check(multiplierPercent, "multiplierPercent")
    try Quantity.count.check(demand, "demand")
    try Quantity.count.check(supply, "supply")
    try Quantity.minute.check(minute, "minute")
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("city", city)
      $0.field("cell", cell)
      $0.field("multiplierPercent", multiplierPercent)
      $0.field("demand", demand)
      $0.field("supply", supply)
      $0.field("minute", minute)
    }
  }

  /// What is handled in order: a cell.
  public var orderingKey: String { "\(city)/\(cell)" }
  /// What belongs together: a city.
  public var shardKey: String { city }
  /// The `type` field of such an event.
  public var eventID: String { "\(Self.eventType):\(orderingKey):\(minute):\(multiplierPercent)" }
}
