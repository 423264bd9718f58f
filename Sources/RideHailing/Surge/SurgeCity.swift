import EventStreams

/// Demand, supply and prices of one city: what happens there, and what follows from it. Knows no clock but the times of events.
///
/// Prices are made once for each minute, by a tick, of what happened before it. A tick comes when something happens that is so much later that
/// nothing of before is still to be expected, or when it is due: of events that are late by no more than that, every order comes to the same.
struct SurgeCity: Sendable {
  let name: String
  private(set) var clock: SurgeClock
  private(set) var pools: [Identifier: SurgePool] = [:]
  /// False until it was changed for the first time.
  var isStored = false

  init(_ name: String, at minute: Int64) {
    self.name = name
    clock = SurgeClock(first: minute)
  }

  /// Continues from what is stored.
  init(_ name: String, _ clock: SurgeClock) {
    self.name = name
    self.clock = clock
    isStored = true
  }

  /// True if nothing will change here by itself.
  private var isAtRest: Bool { pools.values.allSatisfy(\.isAtRest) }

  /// Changes a pool as it is stored.
  mutating func restore(_ pool: String, _ change: (inout SurgePool) -> Void) {
    change(&pools[Identifier(pool), default: SurgePool()])
  }

  // MARK: What happens

  /// Counts people who want to go, or a car that became free, unless the prices that it would count for are long made.
  mutating func count(
    demand: Int = 0, freed: Int = 0, of pool: String, in cell: GridCell, at time: Timestamp, _ effects: inout Effects
  ) {
    let minute = time.minute
    guard minute > clock.closed - Int64(SurgePolicy.countedMinutes) else { return }
    pools[Identifier(pool), default: SurgePool()].minutes[minute, default: [:]][cell, default: .init()].add(
      demand, freed)
    let field = SurgeField(cell: cell, pool: pool, city: name)
    if demand > 0 { effects.increment(SurgeState.counts, SurgeState.count(minute, "demand", field), by: demand) }
    if freed > 0 { effects.increment(SurgeState.counts, SurgeState.count(minute, "freed", field), by: freed) }
  }

  /// Takes in how many cars are vacant.
  mutating func see(_ cars: CarsSeen, at time: Timestamp, _ effects: inout Effects) {
    let pool = cars.pool ?? ""
    for seen in cars.cells {
      guard let cell = GridCell(seen.cell) else { continue }
      let isNew = pools[Identifier(pool), default: SurgePool()]
        .see(.init(at: time, until: cars.until, vacant: seen.vacant), in: cell)
      if isNew { write(pools[Identifier(pool)]?.cars[cell] ?? [], cell, pool, &effects) }
    }
  }

  /// Takes in how prices are to be made from a moment on.
  mutating func set(_ policy: SurgePolicy, from time: Timestamp, of pool: String, _ effects: inout Effects) {
    var policies = pools[Identifier(pool)]?.policies ?? []
    policies.removeAll { $0.from == time }
    policies.insert((time, policy), at: policies.firstIndex { time < $0.from } ?? policies.endIndex)
    pools[Identifier(pool), default: SurgePool()].policies = policies
    effects.set(SurgeState.policies, SurgeState.policy(time, SurgeField(pool: pool, city: name)), to: policy)
  }

  private func write(_ seen: [SurgePool.Seen], _ cell: GridCell, _ pool: String, _ effects: inout Effects) {
    let field = SurgeField(cell: cell, pool: pool, city: name).text
    if seen.isEmpty {
      effects.remove(SurgeState.cars, field)
    } else {
      effects.set(SurgeState.cars, field, to: SurgeState.text(seen))
    }
  }

  // MARK: Time

  /// What happened longer ago is history, which has no ticks but those that its own events bring: nobody waits for its prices to go back.
  private static let present = Duration.seconds(600)

  /// Something happens in a minute: ticks of which nothing is still to be expected come before it.
  mutating func reach(_ minute: Int64, _ effects: inout Effects) {
    clock.frontier = max(clock.frontier, minute)
    advance(to: clock.frontier - Int64(SurgePolicy.latenessMinutes), &effects)
  }

  /// All ticks up to a minute's, one after the other.
  mutating func advance(to minute: Int64, _ effects: inout Effects) {
    while clock.closed < minute {
      clock.closed = isAtRest ? minute : clock.closed + 1
      tick(&effects)
    }
  }

  private mutating func tick(_ effects: inout Effects) {
    var changed: [SurgeUpdated.Cell] = []
    for pool in pools.keys.sorted() {
      guard let tick = pools[pool]?.tick(clock.closed) else { continue }
      let text = pool.text
      for (cell, left) in tick.cars { write(left, cell, text, &effects) }
      for time in tick.policies {
        effects.remove(SurgeState.policies, SurgeState.policy(time, SurgeField(pool: text, city: name)))
      }
      for (minute, cells) in tick.counts { remove(cells, of: minute, text, &effects) }
      for change in tick.prices {
        let field = SurgeField(cell: change.cell, pool: text, city: name).text
        let cell = SurgeUpdated.Cell(
          change.cell.name, pool: text.isEmpty ? nil : text, multiplierPercent: change.price * 10,
          demand: change.demand, supply: change.supply)
        changed.append(cell)
        if change.price == 10 {
          effects.remove(SurgeState.prices, field)
        } else {
          effects.set(SurgeState.prices, field, to: SurgeMultiplier(cell, city: name, minute: Int(clock.closed)))
        }
      }
    }
    for (part, start) in stride(from: 0, to: changed.count, by: SurgeUpdated.mostCells).enumerated() {
      let cells = Array(changed[start..<min(changed.count, start + SurgeUpdated.mostCells)])
      effects.publish(
        SurgeUpdated(city: name, minute: Int(clock.closed), cells: cells, part: part),
        timestamp: Timestamp(secondsSinceEpoch: clock.closed * 60))
    }
  }

  private func remove(
    _ cells: [GridCell: SurgePool.Counts], of minute: Int64, _ pool: String, _ effects: inout Effects
  ) {
    for (cell, counts) in cells.sorted(by: { $0.key < $1.key }) {
      let field = SurgeField(cell: cell, pool: pool, city: name)
      if counts.demand > 0 { effects.remove(SurgeState.counts, SurgeState.count(minute, "demand", field)) }
      if counts.freed > 0 { effects.remove(SurgeState.counts, SurgeState.count(minute, "freed", field)) }
    }
  }

  /// Has the next tick wait until it is due, unless one does or nothing will change.
  ///
  /// - Parameters:
  ///   - time: of what happened last here.
  ///   - recorded: when that was recorded. Where events come late, or are of long ago, so does the tick.
  mutating func schedule(after time: Timestamp, recorded: Timestamp, _ effects: inout Effects) {
    // One that was cancelled is missed after a while.
    if let scheduled = clock.scheduled, clock.frontier <= scheduled + 10 { return }
    clock.scheduled = nil
    guard !isAtRest, recorded - time < Self.present else { return }
    let next = clock.closed + 1
    let due = Timestamp(secondsSinceEpoch: (next + Int64(SurgePolicy.latenessMinutes)) * 60)
    clock.scheduled = next
    effects.publish(SurgeTick(city: name, minute: Int(next)), due: max(due, recorded + (due - time)))
  }

  /// A tick was due.
  mutating func due(_ minute: Int64, _ effects: inout Effects) {
    if let scheduled = clock.scheduled, scheduled <= minute { clock.scheduled = nil }
    advance(to: minute, &effects)
  }
}

extension SurgePool.Counts {
  fileprivate mutating func add(_ demand: Int, _ freed: Int) {
    self.demand += demand
    self.freed += freed
  }
}
