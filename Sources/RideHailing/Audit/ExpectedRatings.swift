import EventStreams

/// What the ratings of one shard must have left: the stars of each ride's first rating that named its driver and came in time, and the
/// drivers' sums of them.
struct ExpectedRatings {
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

  /// Takes in an event, in the log's order; what can't be read is none.
  ///
  /// - Parameter isClosed: true for a completion that was refused because the ride is closed.
  mutating func add(_ event: RecordedEvent, _ header: EventHeader, isDone: Bool, isClosed: Bool) {
    if header.type == RideCompleted.eventType, let ride = try? RideCompleted(ofEvent: event.json.span) {
      guard rides[ride.rideID] == nil, !isClosed else { return }
      if !isDone { open.formUnion([Identifier(ride.rideID), Identifier(ride.driverID)]) }
      rides[ride.rideID] = Ride(driver: ride.driverID, until: event.entryID.recordedAt + RatingWindow.length)
    } else if header.type == RideRated.eventType, let rating = try? RideRated(ofEvent: event.json.span) {
      add(rating, at: event.entryID.recordedAt, isDone: isDone)
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

  /// What is not as it must be.
  ///
  /// - Parameters:
  ///   - closed: ride -> stars.
  ///   - drivers: `<driver>|count` and `<driver>|stars`.
  ///   - isKept: whether anything is kept of a ride still.
  func differences(
    closed: [Identifier: String], drivers: [Identifier: String], isKept: (Identifier) -> Bool
  ) -> [(ride: String?, key: String, expected: String?, found: String?)] {
    var rides: [Identifier: String] = [:]
    for (ride, stars) in stars where isKept(ride) { rides[ride] = String(stars) }
    var fields: [Identifier: String] = [:]
    for (driver, sum) in sums {
      fields["\(driver)|count"] = String(sum.count)
      fields["\(driver)|stars"] = String(sum.stars)
    }
    return Self.differences(closed, rides, except: { open.contains($0) })
      .map { ($0.field, "\(RatingWindow.closed)[\($0.field)]", $0.expected, $0.found) }
      + Self.differences(
        drivers, fields,
        except: { open.contains(String($0[..<($0.utf8.lastIndex(of: UInt8(ascii: "|")) ?? $0.endIndex)])) }
      )
      .map { (nil, "\(RatingWindow.drivers)[\($0.field)]", $0.expected, $0.found) }
  }

  private static func differences(
    _ found: [Identifier: String], _ expected: [Identifier: String], except isOpen: (String) -> Bool
  ) -> [(field: String, expected: String?, found: String?)] {
    Set(found.keys).union(expected.keys).filter { found[$0] != expected[$0] && !isOpen($0.text) }.sorted()
      .map { ($0.text, expected[$0], found[$0]) }
  }
}
