import EventStreams

/// Demand, supply and prices of one pool of cars in one city.
struct SurgePool: Sendable {
  struct Counts: Sendable, Hashable {
    /// People who want to go, in halves: one for a look at a price, one more for asking for the ride.
    var demand = 0
    /// Cars that became free.
    var freed = 0
  }

  /// Vacant cars at a moment.
  struct Seen: Sendable, Hashable {
    var at: Timestamp
    var until: Timestamp
    var vacant: Int
  }

  /// By minute of event time; what is older than what counts has left.
  var minutes: [Int64: [GridCell: Counts]] = [:]
  /// In the order of their time, of which one at the most is of before the last tick.
  var cars: [GridCell: [Seen]] = [:]
  /// In tenths; what is not here is 10.
  var prices: [GridCell: Int] = [:]
  /// In the order of their time, of which one at the most is of before the last tick; the usual one before the first.
  var policies: [(from: Timestamp, policy: SurgePolicy)] = []

  /// True if nothing will happen here by itself.
  var isAtRest: Bool { prices.isEmpty && minutes.isEmpty }

  /// Takes in vacant cars. Of several looks within a minute the last counts, and of several at one moment the one with most cars: in whatever
  /// order they come.
  ///
  /// - Returns: whether that changes anything.
  mutating func see(_ seen: Seen, in cell: GridCell) -> Bool {
    func order(_ seen: Seen) -> (Timestamp, Int, Timestamp) { (seen.at, seen.vacant, seen.until) }
    var all = cars[cell] ?? []
    if let place = all.firstIndex(where: { $0.at.minute == seen.at.minute }) {
      guard order(all[place]) < order(seen) else { return false }
      all[place] = seen
    } else {
      all.insert(seen, at: all.firstIndex { seen.at < $0.at } ?? all.endIndex)
    }
    cars[cell] = all
    return true
  }

  /// What is left of what was seen in a cell once a tick is over; nil if that is all of it.
  private static func left(_ seen: [Seen], at time: Timestamp) -> [Seen]? {
    let last = seen.lastIndex { $0.at < time }
    guard let first = seen.first, first.until <= time || (last ?? 0) > 0 else { return nil }
    return seen[(last ?? 0)...].filter { $0.until > time }
  }

  /// What a tick changes, in the order of the cells.
  struct Tick: Sendable {
    var prices: [(cell: GridCell, price: Int, demand: Int, supply: Int)] = []
    var cars: [(cell: GridCell, left: [Seen])] = []
    var counts: [(minute: Int64, cells: [GridCell: Counts])] = []
    var policies: [Timestamp] = []
  }

  /// Makes the prices that hold from a minute on, of what happened before it.
  mutating func tick(_ minute: Int64) -> Tick {
    let time = Timestamp(secondsSinceEpoch: minute * 60)
    var tick = Tick()
    for (cell, seen) in cars.sorted(by: { $0.key < $1.key }) {
      guard let left = Self.left(seen, at: time) else { continue }
      cars[cell] = left.isEmpty ? nil : left
      tick.cars.append((cell, left))
    }
    while policies.count > 1, policies[1].from <= time { tick.policies.append(policies.removeFirst().from) }
    reckon(minute, at: time, &tick)
    for old in minutes.keys.sorted() where old < minute + 1 - Int64(SurgePolicy.countedMinutes) {
      tick.counts.append((old, minutes.removeValue(forKey: old) ?? [:]))
    }
    return tick
  }

  private mutating func reckon(_ minute: Int64, at time: Timestamp, _ tick: inout Tick) {
    var demand: [GridCell: Int] = [:]
    var freed: [GridCell: Int] = [:]
    for (counted, cells) in minutes where counted < minute {
      for (cell, counts) in cells {
        if counts.demand > 0 { demand[cell, default: 0] += counts.demand }
        if counts.freed > 0 { freed[cell, default: 0] += counts.freed }
      }
    }
    let policy = policies.first.flatMap { $0.from <= time ? $0.policy : nil } ?? SurgePolicy()
    // So few that no cell can reach what is needed.
    guard !prices.isEmpty || demand.values.reduce(0, +) >= 2 * policy.minimumDemand else { return }
    let vacant = cars.compactMapValues { $0.last { $0.at < time }?.vacant }
    let supply = vacant.isEmpty ? freed : vacant
    let (wanted, there) = (SurgeKernel.smooth(demand), SurgeKernel.smooth(supply))
    for cell in Set(wanted.keys).union(prices.keys).sorted() {
      let before = prices[cell] ?? 10
      let price = policy.price(after: before, demand: wanted[cell] ?? 0, supply: there[cell] ?? 0)
      guard price != before else { continue }
      prices[cell] = price == 10 ? nil : price
      tick.prices.append((cell, price, ((demand[cell] ?? 0) + 1) / 2, supply[cell] ?? 0))
    }
  }
}
