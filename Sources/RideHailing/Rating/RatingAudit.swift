import EventStreams
public import EventStreamsOperations

/// Reckons what the ratings of one shard must have left: for each ride the first stars of each of its people that came in time, once they may
/// be shown, and, of rides that only riders rated, the drivers' sums.
public struct RatingAudit: ServiceAudit {
  /// Ride -> what was given.
  private var sealed: [Identifier: SealedRatings] = [:]
  /// Ride -> stars that count, by who gave them.
  private var counted: [Rater: [Identifier: Int]] = [:]
  /// Driver -> ratings and stars of rides that only riders rated.
  private var sums: [Identifier: (count: Int, stars: Int)] = [:]
  /// Rides and drivers with a rating that is on its way or dead: it may be counted or not.
  private var open: Set<Identifier> = []
  private var shownWrongly: [AuditFinding] = []
  /// What is stored: ride -> stars, and `<driver>|count` and `<driver>|stars`.
  private let closed: [Rater: [Identifier: String]]
  private let drivers: [Identifier: String]

  /// Reads the stars.
  public init(shard: Int, state: ServiceState) async throws {
    var closed: [Rater: [Identifier: String]] = [:]
    for rater in Rater.allCases {
      closed[rater] = try await state.fields(RatingService.name, RatingWindow.closed(by: rater), shard: shard)
    }
    self.closed = closed
    drivers = try await state.fields(RatingService.name, RatingWindow.drivers, shard: shard)
  }

  /// Takes in a completion, a rating, or that one is shown; what can't be read is none.
  public mutating func add(_ event: AuditedEvent) async throws {
    let json = event.event.json
    switch event.header.type {
    case RideCompleted.eventType:
      if !event.isDone, let ride = try? RideCompleted(ofEvent: json.span) {
        open.formUnion([Identifier(ride.rideID), Identifier(ride.driverID)])
      }
    case RideRated.eventType:
      guard let rating = try? RideRated(ofEvent: json.span) else { return }
      try await add(rating, event)
    case RatingWindowEnded.eventType:
      guard let end = try? RatingWindowEnded(ofEvent: json.span) else { return }
      guard event.isDone else { return _ = open.insert(Identifier(end.rideID)) }
      if try await window(of: end.rideID, event) != nil { sealed[end.rideID]?.isRevealed = true }
    case RatingRevealed.eventType:
      guard let shown = try? RatingRevealed(ofEvent: json.span) else { return }
      try await add(shown, event)
    default: break
    }
  }

  private mutating func add(_ rating: RideRated, _ event: AuditedEvent) async throws {
    guard event.isDone else {
      open.formUnion([Identifier(rating.rideID), Identifier(rating.driverID)])
      return
    }
    // A ride without a window was not completed, or refused because it is closed.
    guard let window = try await window(of: rating.rideID, event), window.problem(with: rating) == nil,
      event.header.timestamp <= window.openedAt + .seconds(30 * 86_400)
    else { return }
    guard window.isBlind else {
      guard counted[.rider]?[rating.rideID] == nil else { return }
      counted[.rider, default: [:]][rating.rideID] = rating.stars
      sums[window.driverID, default: (0, 0)].count += 1
      sums[window.driverID, default: (0, 0)].stars += rating.stars
      return
    }
    var given = sealed[rating.rideID] ?? SealedRatings()
    guard !given.isRevealed, given[rating.by] == nil else { return }
    given[rating.by] = rating.stars
    given.isRevealed = given.rider != nil && given.driver != nil
    sealed[rating.rideID] = given
  }

  private mutating func add(_ shown: RatingRevealed, _ event: AuditedEvent) async throws {
    let given = sealed[shown.rideID]
    if !open.contains(shown.rideID), given?.isRevealed != true || given?[shown.by] != shown.given {
      shownWrongly.append(
        AuditFinding(
          .contradictingEvent, ride: shown.rideID, key: shown.eventID,
          expected: given?.isRevealed == true ? given?[shown.by].map { String($0) } : "nothing is shown yet",
          found: String(shown.given)))
      return
    }
    guard event.isDone else { return _ = open.insert(Identifier(shown.rideID)) }
    guard try await window(of: shown.rideID, event) != nil, counted[shown.by]?[shown.rideID] == nil else { return }
    counted[shown.by, default: [:]][shown.rideID] = shown.given
  }

  /// A ride's window, unless the ride was closed by then.
  private func window(of ride: String, _ event: AuditedEvent) async throws -> RatingWindow? {
    let stored = try await event.image.field(RatingWindow.hash, ride, shard: event.shard)
    guard let window = RatingWindow(stored: stored) else { return nil }
    let closed = try await ClosedRides(
      stored: event.image.field(RideRecords.closed, ClosedRides.field, shard: event.shard))
    return RideRecords.refusal(ofRideEndedAt: window.openedAt, at: event.event.entryID, closed) == nil ? window : nil
  }

  /// Ratings that are missing, unknown, other than was rated, or shown too early.
  public func findings(_ end: AuditedHistory) async throws -> [AuditFinding] {
    guard end.isWhole else { return [] }
    let windows = try await end.image.hash(RatingWindow.hash, shard: end.shard)
    var findings = shownWrongly
    for rater in Rater.allCases {
      let stored = closed[rater] ?? [:]
      var rides: [Identifier: String] = [:]
      // Of a ride that has left nothing is kept.
      for (ride, stars) in counted[rater] ?? [:]
      where windows[ride] != nil && (!end.isClosing || stored[ride] != nil) { rides[ride] = String(stars) }
      let hash = RatingWindow.closed(by: rater)
      findings += Self.differences(stored, rides, except: { open.contains($0) })
        .map { AuditFinding(ride: $0.field, key: "\(hash)[\($0.field)]", expected: $0.expected, found: $0.found) }
    }
    var fields: [Identifier: String] = [:]
    for (driver, sum) in sums {
      fields["\(driver)|count"] = String(sum.count)
      fields["\(driver)|stars"] = String(sum.stars)
    }
    return findings
      + Self.differences(
        drivers, fields,
        except: { open.contains(String($0[..<($0.utf8.lastIndex(of: UInt8(ascii: "|")) ?? $0.endIndex)])) }
      )
      .map { AuditFinding(key: "\(RatingWindow.drivers)[\($0.field)]", expected: $0.expected, found: $0.found) }
  }

  /// Which of a ride's completions counted for its window, if it was published again, nobody knows: the windows are the same but for when
  /// they end.
  public func allows(_ hash: StateHash, expected: String?, found: String?, isRepeated: Bool) -> Bool {
    guard isRepeated, hash.name == RatingWindow.hash, let expected = RatingWindow(stored: expected),
      let found = RatingWindow(stored: found)
    else { return false }
    return expected.riderID.hasSameBytes(as: found.riderID) && expected.driverID.hasSameBytes(as: found.driverID)
      && expected.city.hasSameBytes(as: found.city) && expected.openedAt == found.openedAt
  }

  private static func differences(
    _ found: [Identifier: String], _ expected: [Identifier: String], except isOpen: (String) -> Bool
  ) -> [(field: String, expected: String?, found: String?)] {
    Set(found.keys).union(expected.keys).filter { found[$0] != expected[$0] && !isOpen($0.text) }.sorted()
      .map { ($0.text, expected[$0], found[$0]) }
  }
}
