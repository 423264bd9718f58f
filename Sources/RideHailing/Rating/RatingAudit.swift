import EventStreams
public import EventStreamsOperations

/// Reckons what the ratings of one shard must have left: the stars of each ride's first rating that named its driver and came in time, and
/// the drivers' sums of them.
public struct RatingAudit: ServiceAudit {
  private struct Ride {
    let driver: String
    let until: Timestamp
  }

  private var rides: [Identifier: Ride] = [:]
  private var stars: [Identifier: Int] = [:]
  /// Driver -> ratings and stars.
  private var sums: [Identifier: (count: Int, stars: Int)] = [:]
  /// Rides and drivers with a rating that is on its way or dead: it may be counted or not.
  private var open: Set<Identifier> = []
  /// What is stored: ride -> stars, and `<driver>|count` and `<driver>|stars`.
  private let closed: [Identifier: String]
  private let drivers: [Identifier: String]

  /// Reads the stars.
  public init(shard: Int, state: ServiceState) async throws {
    closed = try await state.fields(RatingService.name, RatingWindow.closed, shard: shard)
    drivers = try await state.fields(RatingService.name, RatingWindow.drivers, shard: shard)
  }

  /// Takes in a completion or a rating; what can't be read is none.
  public mutating func add(_ event: AuditedEvent) async throws {
    let (json, place) = (event.event.json, event.event.entryID)
    if event.header.type == RideCompleted.eventType, let ride = try? RideCompleted(ofEvent: json.span) {
      guard rides[ride.rideID] == nil else { return }
      // One that has no window was refused because the ride is closed.
      if event.isDone, try await event.image.field(RatingWindow.hash, ride.rideID, shard: event.shard) == nil { return }
      if !event.isDone { open.formUnion([Identifier(ride.rideID), Identifier(ride.driverID)]) }
      rides[ride.rideID] = Ride(driver: ride.driverID, until: place.recordedAt + RatingWindow.length)
    } else if event.header.type == RideRated.eventType, let rating = try? RideRated(ofEvent: json.span) {
      add(rating, at: place.recordedAt, isDone: event.isDone)
    }
  }

  private mutating func add(_ rating: RideRated, at time: Timestamp, isDone: Bool) {
    guard isDone else {
      open.formUnion([Identifier(rating.rideID), Identifier(rating.driverID)])
      return
    }
    guard let ride = rides[rating.rideID], ride.driver.hasSameBytes(as: rating.driverID), time <= ride.until,
      stars[rating.rideID] == nil
    else { return }
    stars[rating.rideID] = rating.stars
    sums[ride.driver, default: (0, 0)].count += 1
    sums[ride.driver, default: (0, 0)].stars += rating.stars
  }

  /// Ratings that are missing, unknown or other than was rated.
  public func findings(_ end: AuditedHistory) async throws -> [AuditFinding] {
    guard end.isWhole else { return [] }
    let windows = try await end.image.hash(RatingWindow.hash, shard: end.shard)
    var rides: [Identifier: String] = [:]
    // Of a ride that has left nothing is kept.
    for (ride, stars) in stars where windows[ride] != nil && (!end.isClosing || closed[ride] != nil) {
      rides[ride] = String(stars)
    }
    var fields: [Identifier: String] = [:]
    for (driver, sum) in sums {
      fields["\(driver)|count"] = String(sum.count)
      fields["\(driver)|stars"] = String(sum.stars)
    }
    return Self.differences(closed, rides, except: { open.contains($0) })
      .map {
        AuditFinding(
          ride: $0.field, key: "\(RatingWindow.closed)[\($0.field)]", expected: $0.expected, found: $0.found)
      }
      + Self.differences(
        drivers, fields,
        except: { open.contains(String($0[..<($0.utf8.lastIndex(of: UInt8(ascii: "|")) ?? $0.endIndex)])) }
      )
      .map {
        AuditFinding(key: "\(RatingWindow.drivers)[\($0.field)]", expected: $0.expected, found: $0.found)
      }
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
