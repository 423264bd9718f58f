/// How demand and supply make a price.
public struct SurgePolicy: Sendable, Hashable {
  /// How many minutes count, the current one included.
  public var windowMinutes = 5
  /// Rides asked for in a window below which the price never rises.
  public var minimumDemand = 5

  /// The usual policy.
  public init() {}

  /// The multiplier in percent: 100 while there are as many cars as rides asked for, then a tenth more for each tenth of a
  /// ride too many per car, at most 300. One car is assumed to be near, so that a single request is no shortage.
  public func multiplierPercent(demand: Int, supply: Int) -> Int {
    guard demand >= minimumDemand else { return 100 }
    let ratio = demand * 10 / (supply + 1)
    return min(300, max(100, ratio * 10))
  }
}
