import EventStreams

/// Demand and supply of one shard's cells in the last minutes.
struct SurgeWindow: Sendable {
  struct Counts: Sendable, Hashable {
    var demand = 0
    var supply = 0
  }

  /// The last minute anything was counted in; 0 before.
  private(set) var frontier: Int64 = 0
  private var minutes: [Int64: [Identifier: Counts]] = [:]
  /// When the time for which the counts of a minute are kept was begun last, as far as this epoch of the lease knows.
  private var keptSince: [Int64: Timestamp] = [:]
  /// By cell, as they were when something happened there last; what is not here is 100.
  private(set) var multipliers: [Identifier: SurgeMultiplier] = [:]

  /// Continues from what is stored.
  init(
    frontier: Int64 = 0, minutes: [Int64: [Identifier: Counts]] = [:], multipliers: [Identifier: SurgeMultiplier] = [:]
  ) {
    self.frontier = frontier
    self.minutes = minutes
    self.multipliers = multipliers
  }

  /// Counts, unless the minute lies before the window.
  ///
  /// - Returns: whether it was counted.
  mutating func count(_ cell: String, minute: Int64, demand: Int, supply: Int, window: Int) -> Bool {
    if minute > frontier {
      frontier = minute
      minutes = minutes.filter { $0.key > minute - Int64(window) }
      keptSince = keptSince.filter { $0.key > minute - Int64(window) }
    }
    guard minute > frontier - Int64(window) else { return false }
    minutes[minute, default: [:]][cell, default: Counts()].demand += demand
    minutes[minute, default: [:]][cell, default: Counts()].supply += supply
    return true
  }

  /// Whether the time for which the counts of a minute are kept is to begin anew with something that was counted there: the first that this
  /// epoch knows of, or what comes long after, when they may have vanished.
  mutating func keeps(minute: Int64, at time: Timestamp) -> Bool {
    if let since = keptSince[minute], time < since + SurgeState.keepingTime / 2 { return false }
    keptSince[minute] = time
    return true
  }

  func totals(_ cell: String) -> Counts {
    minutes.values.reduce(into: Counts()) { sum, cells in
      guard let counts = cells[cell] else { return }
      sum.demand += counts.demand
      sum.supply += counts.supply
    }
  }

  mutating func setMultiplier(_ cell: String, _ multiplier: SurgeMultiplier) { multipliers[cell] = multiplier }

  /// The multipliers as they are in the window's last minute. A cell's own was set when something happened there last: what
  /// has left the window since does not count any more.
  func current(_ policy: SurgePolicy) -> [Identifier: SurgeMultiplier] {
    multipliers.reduce(into: [:]) { current, stored in
      let totals = totals(stored.key.text)
      current[stored.key] = SurgeMultiplier(
        city: stored.value.city, percent: policy.multiplierPercent(demand: totals.demand, supply: totals.supply),
        demand: totals.demand, supply: totals.supply, minute: Int(frontier))
    }
  }
}
