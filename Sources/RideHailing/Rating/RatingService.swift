public import EventStreams

/// Has the two people of each completed ride rate each other, and keeps their last ratings.
///
/// What one gives is sealed until the other has rated as well or the time is over, which is an event. Only then it is shown, and counts: for
/// the person, whose ratings are handled in order.
public struct RatingService: Sendable {
  private let isBlind: @Sendable () -> Bool

  /// A service.
  public init() { isBlind = { true } }

  /// A service that is told whether both were asked to rate the ride that is completed.
  init(isBlind: @escaping @Sendable () -> Bool) { self.isBlind = isBlind }

  /// The consumer group and its handlers; in order per ride, whatever key a producer gave, and what counts per person.
  public var service: EventService {
    var service = EventService(Self.name)
    @Sendable func given(_ ride: String) -> [StateField] {
      [StateField(RatingWindow.hash, ride), StateField(SealedRatings.hash, ride)]
    }
    service.on(
      RideCompleted.self, orderedBy: { $0.rideID }, reading: { [StateField(RatingWindow.hash, $0.rideID)] }
    ) {
      try await RideRecords.refusal(of: $0.data, in: $0) == nil ? open($0) : .none
    }
    service.on(RideRated.self, orderedBy: { $0.rideID }, reading: { given($0.rideID) }) { try await rate($0) }
    service.on(RatingWindowEnded.self, orderedBy: { $0.rideID }, reading: { given($0.rideID) }) { try await end($0) }
    service.on(
      RatingRevealed.self, orderedBy: { $0.rated.description },
      reading: { given($0.rideID) + [StateField(RecentRatings.hash, $0.rated.description)] }
    ) { try await count($0) }
    service.keep(Self.rides)
    return service
  }

  /// The effects of a completed ride: a window in which it can be rated, once per ride.
  public func open(_ event: Event<RideCompleted>) -> Effects {
    let ride = event.data
    let window = RatingWindow(ride, openedAt: ride.completedAt ?? event.timestamp, isBlind: isBlind())
    return Effects { effects in
      effects.when(RatingWindow.hash, ride.rideID, .isAbsent) {
        RideRecords.note(ride.rideID, ended: window.openedAt, recorded: event.entryID.recordedAt, in: &$0)
        $0.set(RatingWindow.hash, ride.rideID, to: window)
        $0.publish(
          RatingRequested(
            rideID: ride.rideID, riderID: ride.riderID, driverID: ride.driverID, city: ride.city,
            until: window.isBlind ? window.until : nil))
      }
    }
  }

  /// The effects of a rating: it is taken once from each of the ride's own people, as long as the ride's window is open.
  public func rate(_ event: Event<RideRated>) async throws -> Effects {
    let rating = event.data
    guard let window: RatingWindow = try await event.shard.stored(RatingWindow.hash, rating.rideID) else {
      let hint = try await RideRecords.hint(at: event.entryID, in: event.shard)
      return refusal(of: event, "no such ride was completed in \(rating.city)\(hint)")
    }
    if let reason = try await RideRecords.refusal(ofRideEndedAt: window.openedAt, at: event.entryID, in: event.shard) {
      return refusal(of: event, reason)
    }
    if let problem = window.problem(with: rating) { return refusal(of: event, problem) }
    guard event.timestamp <= window.until else {
      return refusal(of: event, "the ride could be rated until \(window.until)")
    }
    guard window.isBlind else { return countAtOnce(event, window) }
    var sealed = try await event.shard.stored(SealedRatings.hash, rating.rideID) ?? SealedRatings()
    if let given = sealed[rating.by] {
      // The same again says nothing new.
      return given == rating.stars
        ? .none : refusal(of: event, "the ride has been rated already by its \(rating.by.rawValue)")
    }
    guard !sealed.isRevealed else {
      return refusal(of: event, "the time to rate the ride is over: what the other gave is shown")
    }
    sealed[rating.by] = rating.stars
    let end = RatingWindowEnded(rideID: rating.rideID, city: window.city)
    guard !sealed.isComplete else { return Effects { reveal(sealed, end, window, in: &$0, cancelling: true) } }
    let given = sealed
    return Effects {
      $0.set(SealedRatings.hash, rating.rideID, to: given)
      $0.publish(end, due: window.shown(ratedAt: event.entryID.recordedAt))
    }
  }

  /// The effects of the end of a ride's window: what one of its people gave is shown.
  public func end(_ event: Event<RatingWindowEnded>) async throws -> Effects {
    guard let (window, sealed) = try await given(event.data.rideID, at: event.entryID, in: event.shard),
      !sealed.isRevealed
    else { return .none }
    return Effects { reveal(sealed, event.data, window, in: &$0, cancelling: false) }
  }

  /// The effects of a rating that is shown: it counts for who was rated, once.
  public func count(_ event: Event<RatingRevealed>) async throws -> Effects {
    let rating = event.data
    guard let (window, sealed) = try await given(rating.rideID, at: event.entryID, in: event.shard), sealed.isRevealed,
      sealed[rating.by] == rating.given, window.driverID.hasSameBytes(as: rating.driverID),
      window.riderID.hasSameBytes(as: rating.riderID)
    else { return .none }
    let rated = rating.rated.description
    var recent = RecentRatings(stored: try await event.shard.field(RecentRatings.hash, rated))
    recent.add(rating.given)
    let text = recent.text
    return Effects { effects in
      effects.when(RatingWindow.closed(by: rating.by), rating.rideID, .isAbsent) {
        $0.set(RatingWindow.closed(by: rating.by), rating.rideID, to: String(rating.given))
        $0.set(RecentRatings.hash, rated, to: text)
      }
    }
  }

  /// A ride's window and what was given in it; nil if there is nothing, or the ride is closed.
  private func given(
    _ ride: String, at place: EntryID, in shard: OwnedShard
  ) async throws -> (RatingWindow, SealedRatings)? {
    guard let window: RatingWindow = try await shard.stored(RatingWindow.hash, ride),
      let sealed: SealedRatings = try await shard.stored(SealedRatings.hash, ride),
      try await RideRecords.refusal(ofRideEndedAt: window.openedAt, at: place, in: shard) == nil
    else { return nil }
    return (window, sealed)
  }

  /// - Parameter cancelling: whether the end of the window is still to come.
  private func reveal(
    _ sealed: SealedRatings, _ end: RatingWindowEnded, _ window: RatingWindow, in effects: inout Effects,
    cancelling: Bool
  ) {
    var shown = sealed
    shown.isRevealed = true
    effects.set(SealedRatings.hash, end.rideID, to: shown)
    if cancelling { effects.cancel(end.eventID) }
    for rater in Rater.allCases {
      guard let given = sealed[rater] else { continue }
      effects.publish(
        RatingRevealed(
          rideID: end.rideID, riderID: window.riderID, driverID: window.driverID, city: window.city, by: rater,
          given: given))
    }
  }

  /// What a rating comes to of a ride that was completed when only riders rated.
  private func countAtOnce(_ event: Event<RideRated>, _ window: RatingWindow) -> Effects {
    let rating = event.data
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
          $0 += refusal(of: event, "the ride has been rated already")
        }
      }
    }
  }

  private func refusal(of event: Event<RideRated>, _ reason: String) -> Effects {
    Effects {
      $0.publish(RatingRefused(event.data, reason: reason), id: RatingRefused.id(of: event.id, saying: event.data))
    }
  }
}
