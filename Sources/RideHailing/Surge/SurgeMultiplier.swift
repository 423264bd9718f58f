public import EventStreams

/// What fares that begin in a cell are multiplied by.
public struct SurgeMultiplier: Sendable, Hashable, JSONRecord {
  /// Where.
  public let city: String
  /// Of which cars; nil for the city's usual ones.
  public let pool: String?
  /// 100 is the plain price.
  public let percent: Int
  /// Rides asked for and prices looked at in the minutes that counted when it changed last, two looks for one.
  public let demand: Int
  /// Vacant cars then, or cars that had become free.
  public let supply: Int
  /// The minute from which on it holds, since 1970.
  public let minute: Int

  /// What an event says of a cell.
  public init(_ cell: SurgeUpdated.Cell, city: String, minute: Int) {
    self.city = city
    pool = cell.pool
    percent = cell.multiplierPercent
    demand = cell.demand
    supply = cell.supply
    self.minute = minute
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    city = try fields("city", \.city)
    pool = try fields.optional("pool", \.pool)
    percent = try fields("percent", \.percent)
    demand = try fields("demand", \.demand)
    supply = try fields("supply", \.supply)
    minute = try fields("minute", \.minute)
  }
}
