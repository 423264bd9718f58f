public import EventStreams

/// Where the surge service keeps its state of a shard.
enum SurgeState {
  /// Hash: cell -> `SurgeMultiplier`.
  static let multipliers = "multipliers"
  /// Hash: `minute` -> the last minute anything was counted in.
  static let frontier = "frontier"

  /// How long the counts of a minute are kept.
  static let keepingTime = Duration.seconds(24 * 3600)

  /// Hash: `<cell>|demand` and `<cell>|supply`; gone after a day.
  static func minute(_ minute: Int64) -> String { "minute:\(minute)" }
}

/// The price multiplier of a cell.
public struct SurgeMultiplier: Sendable, Hashable, JSONRecord {
  /// Where.
  public let city: String
  /// 100 is the plain price.
  public let percent: Int
  /// Rides asked for in the window.
  public let demand: Int
  /// Cars that became free in the window.
  public let supply: Int
  /// The window's last minute, since 1970.
  public let minute: Int

  init(city: String, percent: Int, demand: Int, supply: Int, minute: Int) {
    self.city = city
    self.percent = percent
    self.demand = demand
    self.supply = supply
    self.minute = minute
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    city = try fields("city", \.city)
    percent = try fields("percent", \.percent)
    demand = try fields("demand", \.demand)
    supply = try fields("supply", \.supply)
    minute = try fields("minute", \.minute)
  }
}
