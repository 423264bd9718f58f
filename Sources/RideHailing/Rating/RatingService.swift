public import EventStreams

/// Asks for a rating of each completed ride, and keeps the drivers' means.
public struct RatingService: Sendable {
  /// A service.
  public init() {}

  /// The consumer group and its handlers.
  public var service: EventService {
    var service = EventService("rating")
    service.on(RideCompleted.self) { open($0) }
    service.on(RideRated.self) { close($0) }
    return service
  }

  /// The effects of a completed ride: a window in which it can be rated.
  public func open(_ event: Event<RideCompleted>) -> Effects {
    let ride = event.data
    return Effects { effects in
      effects.set(
        RatingWindow.open, ride.rideID,
        to: RatingWindow(
          riderID: ride.riderID, driverID: ride.driverID, city: ride.city, openedAt: ride.completedAt ?? event.timestamp
        ))
      effects.publish(
        RatingRequested(rideID: ride.rideID, riderID: ride.riderID, driverID: ride.driverID, city: ride.city))
    }
  }

  /// The effects of a rating: it counts if the ride's window is open, and closes it. A ride is rated once.
  public func close(_ event: Event<RideRated>) -> Effects {
    let rating = event.data
    return Effects { effects in
      effects.when(RatingWindow.closed, rating.rideID, .isAbsent) { effects in
        effects.remove(RatingWindow.open, rating.rideID)
        effects.set(RatingWindow.closed, rating.rideID, to: String(rating.stars))
        effects.increment(RatingWindow.drivers, "\(rating.driverID)|count", by: 1)
        effects.increment(RatingWindow.drivers, "\(rating.driverID)|stars", by: rating.stars)
      }
    }
  }
}
