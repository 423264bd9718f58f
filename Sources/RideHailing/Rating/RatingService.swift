public import EventStreams

/// Asks for a rating of each completed ride, and keeps the drivers' means.
public struct RatingService: Sendable {
  /// A service.
  public init() {}

  /// The consumer group and its handlers; in order per ride, whatever key a producer gave.
  public var service: EventService {
    var service = EventService(Self.name)
    @Sendable func window(of ride: String) -> [StateField] { [StateField(RatingWindow.hash, ride)] }
    service.on(RideCompleted.self, orderedBy: { $0.rideID }, reading: { window(of: $0.rideID) }) {
      try await RideRecords.refusal(of: $0.data, in: $0) == nil ? open($0) : .none
    }
    service.on(RideRated.self, orderedBy: { $0.rideID }, reading: { window(of: $0.rideID) }) { try await close($0) }
    service.keep(Self.rides)
    return service
  }

  /// The effects of a completed ride: a window in which it can be rated, once per ride.
  public func open(_ event: Event<RideCompleted>) -> Effects {
    let ride = event.data
    let window = RatingWindow(ride, openedAt: ride.completedAt ?? event.timestamp)
    return Effects { effects in
      effects.when(RatingWindow.hash, ride.rideID, .isAbsent) {
        RideRecords.note(ride.rideID, ended: window.openedAt, recorded: event.entryID.recordedAt, in: &$0)
        $0.set(RatingWindow.hash, ride.rideID, to: window)
        $0.publish(
          RatingRequested(rideID: ride.rideID, riderID: ride.riderID, driverID: ride.driverID, city: ride.city))
      }
    }
  }

  /// The effects of a rating: it counts if the ride's window is open and its driver is meant, and closes it.
  public func close(_ event: Event<RideRated>) async throws -> Effects {
    let rating = event.data
    func refuse(_ reason: String, _ effects: inout Effects) {
      effects.publish(RatingRefused(rating, reason: reason), id: RatingRefused.id(of: event.id, saying: rating))
    }
    guard let stored = try await event.shard.field(RatingWindow.hash, rating.rideID) else {
      let hint = try await RideRecords.hint(at: event.entryID, in: event.shard)
      return Effects { refuse("no such ride was completed in \(rating.city)\(hint)", &$0) }
    }
    let window = try Self.window(stored)
    if let reason = try await RideRecords.refusal(ofRideEndedAt: window.openedAt, at: event.entryID, in: event.shard) {
      return Effects { refuse(reason, &$0) }
    }
    guard rating.driverID.hasSameBytes(as: window.driverID) else {
      return Effects { refuse("the ride's driver is \(window.driverID), not \(rating.driverID)", &$0) }
    }
    guard event.timestamp <= window.until else {
      return Effects { refuse("the ride could be rated until \(window.until)", &$0) }
    }
    let stars = String(rating.stars)
    return Effects { effects in
      effects.when(RatingWindow.closed, rating.rideID, .isAbsent) {
        $0.set(RatingWindow.closed, rating.rideID, to: stars)
        $0.increment(RatingWindow.drivers, "\(window.driverID)|count", by: 1)
        $0.increment(RatingWindow.drivers, "\(window.driverID)|stars", by: rating.stars)
      } otherwise: {
        // The same again says nothing new.
        $0.when(RatingWindow.closed, rating.rideID, .equals(stars)) { _ in
        } otherwise: {
          refuse("the ride has been rated already", &$0)
        }
      }
    }
  }

  private static func window(_ text: String) throws -> RatingWindow {
    var parser = JSONParser()
    return try RatingWindow(from: parser.parse(text.utf8.span))
  }
}
