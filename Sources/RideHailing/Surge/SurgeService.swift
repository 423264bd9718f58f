public import EventStreams
import Synchronization

/// Counts rides asked for and cars that become free, per geohash cell and minute of event time, and sets a price multiplier
/// per cell from the last minutes.
///
/// The counts of a shard are kept in memory for as long as the lease lasts, and read from Redis when a new epoch begins.
/// Events of minutes that lie before the window change nothing any more.
public final class SurgeService: Sendable {
  private let policy: SurgePolicy
  private let shards = Mutex<[Int: (epoch: Int, window: SurgeWindow)]>([:])

  /// A service with this policy.
  public init(policy: SurgePolicy = SurgePolicy()) { self.policy = policy }

  /// The consumer group and its handlers.
  public var service: EventService {
    var service = EventService(Self.name)
    service.on(RideRequested.self) { event in
      try await self.count(event, city: event.data.city, at: event.data.pickup, demand: 1, supply: 0)
    }
    service.on(RideCompleted.self) { event in
      try await self.count(event, city: event.data.city, at: event.data.dropoff, demand: 0, supply: 1)
    }
    return service
  }

  private func count<Data>(
    _ event: Event<Data>, city: String, at place: Coordinate?, demand: Int, supply: Int
  ) async throws -> Effects {
    guard let place else { return .none }
    let shard = event.shard
    if shards.withLock({ $0[shard.number]?.epoch }) != shard.epoch {
      let window = try await SurgeWindow(policy) { try await shard.hash($0) }
      shards.withLock { $0[shard.number] = (shard.epoch, window) }
    }
    // A clock that runs ahead must not make all others late.
    let minute = min(event.timestamp, event.entryID.recordedAt + .seconds(60)).minute
    return shards.withLock { shards in
      // Taken out while it is changed, so that it is not copied.
      guard var counted = shards.removeValue(forKey: shard.number) else { return .none }
      defer { shards[shard.number] = counted }
      return effects(
        of: (demand, supply), in: Geohash.cell(of: place), city: city, minute: minute,
        recordedAt: event.entryID.recordedAt, window: &counted.window)
    }
  }

  private func effects(
    of counts: (demand: Int, supply: Int), in cell: String, city: String, minute: Int64, recordedAt: Timestamp,
    window: inout SurgeWindow
  ) -> Effects {
    let before = window.frontier
    guard
      window.count(
        cell, minute: minute, demand: counts.demand, supply: counts.supply, window: policy.windowMinutes)
    else { return .none }
    let totals = window.totals(cell)
    let percent = policy.multiplierPercent(demand: totals.demand, supply: totals.supply)
    let hasChanged = percent != window.multipliers[cell]?.percent ?? 100
    let multiplier = SurgeMultiplier(
      city: city, percent: percent, demand: totals.demand, supply: totals.supply, minute: Int(minute))
    if hasChanged { window.setMultiplier(cell, multiplier) }
    let hasMoved = window.frontier != before
    let isToBeKept = window.keeps(minute: minute, at: recordedAt)

    return Effects { effects in
      if hasMoved { effects.set(SurgeState.frontier, "minute", to: String(minute)) }
      effects.increment(
        SurgeState.minute(minute), "\(cell)|\(counts.demand > 0 ? "demand" : "supply")",
        by: counts.demand + counts.supply)
      if isToBeKept { effects.expire(SurgeState.minute(minute), after: SurgeState.keepingTime) }
      guard hasChanged else { return }
      effects.set(SurgeState.multipliers, cell, to: multiplier)
      effects.publish(
        SurgeUpdated(
          city: city, cell: cell, multiplierPercent: percent, demand: totals.demand, supply: totals.supply,
          minute: Int(minute)))
    }
  }
}
