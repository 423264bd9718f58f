public import EventStreams
import Synchronization

/// Makes prices of demand and supply, per geohash cell and pool of cars, once a minute in each city: demand are the looks at prices and the
/// requests of the last minutes, supply the cars that are vacant, as `CarsSeen` tells. Where nobody tells that of a pool, it is the cars that became
/// free in the last minutes.
///
/// The state of a shard is kept in memory for as long as the lease lasts, and read from Redis when a new epoch begins.
public final class SurgeService: Sendable {
  private struct Shard: Sendable {
    let epoch: Int
    var cities: [Identifier: SurgeCity]
  }

  private let shards = Mutex<[Int: Shard]>([:])

  /// A service.
  public init() {}

  /// The consumer group and its handlers.
  public var service: EventService {
    var service = EventService(Self.name)
    service.on(RideQuoted.self) { event in
      let quoted = event.data
      return try await self.count(event, quoted.city, quoted.pickup, of: quoted.pool, demand: 1)
    }
    service.on(RideRequested.self) { event in
      let request = event.data
      // Whoever was shown a price has been counted with half already.
      var effects = try await self.count(
        event, request.city, request.pickup, of: request.pool, demand: request.quote == nil ? 2 : 1)
      if let quote = request.quote, let reason = quote.refusal(at: event.timestamp) {
        effects.publish(
          QuoteRefused(
            rideID: request.rideID, riderID: request.riderID, city: request.city, quote: quote, reason: reason),
          timestamp: event.timestamp)
      }
      return effects
    }
    service.on(RideCompleted.self) { event in
      try await self.count(event, event.data.city, event.data.dropoff, of: nil, freed: 1)
    }
    service.on(CarsSeen.self) { event in
      try await self.change(event, event.data.city, at: event.data.at) { $0.see(event.data, at: $1, &$2) }
    }
    service.on(SurgePolicySet.self) { event in
      let set = event.data
      return try await self.change(event, set.city, at: event.timestamp) {
        $0.set(set.policy, from: set.from, of: set.pool ?? "", &$2)
      }
    }
    service.on(SurgeTick.self) { event in
      let minute = Int64(event.data.minute)
      // One that is not due yet is nobody's whom we know.
      guard minute <= event.entryID.recordedAt.minute else { return .none }
      return try await self.change(event, event.data.city, at: nil) { $0.due(minute, &$2) }
    }
    return service
  }

  private func count<Data>(
    _ event: Event<Data>, _ city: String, _ place: Coordinate?, of pool: String?, demand: Int = 0, freed: Int = 0
  ) async throws -> Effects {
    guard let cell = place.map(GridCell.init) else { return .none }
    return try await change(event, city, at: event.timestamp) {
      $0.count(demand: demand, freed: freed, of: pool ?? "", in: cell, at: $1, &$2)
    }
  }

  /// Changes a city by an event.
  ///
  /// - Parameter time: when it happened; nil if nothing did, and only time has passed.
  private func change<Data>(
    _ event: Event<Data>, _ city: String, at time: Timestamp?,
    _ change: (inout SurgeCity, Timestamp, inout Effects) -> Void
  ) async throws -> Effects {
    let (shard, recorded) = (event.shard, event.entryID.recordedAt)
    if shards.withLock({ $0[shard.number]?.epoch }) != shard.epoch {
      let cities = try await SurgeState.cities { try await shard.hash($0) }
      shards.withLock { $0[shard.number] = Shard(epoch: shard.epoch, cities: cities) }
    }
    // A clock that runs ahead must not make all others late.
    let time = time.map { min($0, recorded + .seconds(60 * SurgePolicy.latenessMinutes)) }
    // Minutes are counted from 1970 on; nothing was asked for before.
    guard time.map({ $0.minute > SurgePolicy.countedMinutes }) ?? true else { return .none }
    return shards.withLock { shards in
      var effects = Effects()
      // A tick of a city that nobody knows any more is none.
      guard shards[shard.number]?.cities[city] != nil || time != nil else { return effects }
      Self.change(
        &shards[shard.number, default: Shard(epoch: shard.epoch, cities: [:])].cities[
          Identifier(city), default: SurgeCity(city, at: (time ?? recorded).minute)], time: time, recorded: recorded,
        &effects, change)
      return effects
    }
  }

  private static func change(
    _ city: inout SurgeCity, time: Timestamp?, recorded: Timestamp, _ effects: inout Effects,
    _ change: (inout SurgeCity, Timestamp, inout Effects) -> Void
  ) {
    let before = city.isStored ? city.clock : nil
    if let time { city.reach(time.minute, &effects) }
    change(&city, time ?? recorded, &effects)
    let tick = Timestamp(secondsSinceEpoch: (city.clock.closed + Int64(SurgePolicy.latenessMinutes)) * 60)
    city.schedule(after: time ?? tick, recorded: recorded, &effects)
    if city.clock != before { effects.set(SurgeState.cities, city.name, to: city.clock) }
    city.isStored = true
  }
}
