import EventStreams

/// What the ratings of one shard must have left: each ride's stars, of the first rating it got, and the drivers' sums of them.
struct ExpectedRatings {
  private var stars: [Identifier: Int] = [:]
  /// Driver -> ratings and stars.
  private var sums: [Identifier: (count: Int, stars: Int)] = [:]
  /// Rides and drivers with a rating that is on its way or dead: it may be counted or not.
  private var open: Set<Identifier> = []

  /// Takes in a rating, in the log's order.
  ///
  /// - Parameter isRefused: whether the service has said that it does not count.
  mutating func add(_ rating: RideRated, isDone: Bool, isRefused: Bool) {
    guard !isRefused else { return }
    guard isDone else {
      open.formUnion([Identifier(rating.rideID), Identifier(rating.driverID)])
      return
    }
    guard stars[rating.rideID] == nil else { return }
    stars[rating.rideID] = rating.stars
    sums[rating.driverID, default: (0, 0)].count += 1
    sums[rating.driverID, default: (0, 0)].stars += rating.stars
  }

  /// What is not as it must be.
  ///
  /// - Parameters:
  ///   - closed: ride -> stars.
  ///   - drivers: `<driver>|count` and `<driver>|stars`.
  func differences(
    closed: [Identifier: String], drivers: [Identifier: String]
  ) -> [(ride: String?, key: String, expected: String?, found: String?)] {
    var rides: [Identifier: String] = [:]
    for (ride, stars) in stars { rides[ride] = String(stars) }
    var fields: [Identifier: String] = [:]
    for (driver, sum) in sums {
      fields["\(driver)|count"] = String(sum.count)
      fields["\(driver)|stars"] = String(sum.stars)
    }
    return Self.differences(closed, rides, except: { open.contains($0) })
      .map { ($0.field, "\(RatingWindow.closed)[\($0.field)]", $0.expected, $0.found) }
      + Self.differences(
        drivers, fields,
        except: { open.contains(String(decoding: $0.text.utf8.prefix { $0 != UInt8(ascii: "|") }, as: UTF8.self)) }
      )
      .map { (nil, "\(RatingWindow.drivers)[\($0.field)]", $0.expected, $0.found) }
  }

  private static func differences(
    _ found: [Identifier: String], _ expected: [Identifier: String], except isOpen: (Identifier) -> Bool
  ) -> [(field: String, expected: String?, found: String?)] {
    Set(found.keys).union(expected.keys).filter { found[$0] != expected[$0] && !isOpen($0) }.sorted()
      .map { ($0.text, expected[$0], found[$0]) }
  }
}
