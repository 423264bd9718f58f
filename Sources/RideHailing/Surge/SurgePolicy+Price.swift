extension SurgePolicy {
  /// How many minutes of demand count.
  public static let countedMinutes = 5
  /// So many minutes later than others may an event come and still count for the same tick.
  public static let latenessMinutes = 1
  /// What no price is: a tenth more looks like a mistake.
  private static let never = 11
  /// What a price has to be off by before it is changed.
  private static let hysteresis = 2

  /// As many times the plain price as there are people for each car, of which there is a quarter in every cell besides those that were seen:
  /// a single request is no shortage.
  ///
  /// - Parameters:
  ///   - demand: smoothed, in halves.
  ///   - supply: smoothed.
  private func target(demand: Int, supply: Int) -> Int {
    guard demand >= 2 * minimumDemand * SurgeKernel.centre else { return 10 }
    let cars = 4 * supply + SurgeKernel.total
    return min(maximum, max(10, (40 * demand + cars) / (2 * cars)))
  }

  /// The price, in tenths, that follows another one: near what demand and supply say, not back and forth about it, and never in leaps.
  ///
  /// - Parameters:
  ///   - price: of the tick before, in tenths.
  ///   - demand: smoothed, in halves.
  ///   - supply: smoothed.
  public func price(after price: Int, demand: Int, supply: Int) -> Int {
    var target = target(demand: demand, supply: supply)
    if target == Self.never { target = price > Self.never && maximum > Self.never ? Self.never + 1 : 10 }
    guard target == 10 || abs(target - price) >= Self.hysteresis else { return min(price, maximum) }
    let next = price + min(step, max(-step, target - price))
    // Only on its way down; from there it goes to the plain price at once.
    return next == Self.never ? Self.never + 1 : next
  }
}
