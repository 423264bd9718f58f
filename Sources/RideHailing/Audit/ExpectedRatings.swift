/// What the ratings of one shard must have left: each ride's stars, of the first rating it got, and the drivers' sums of them.
struct ExpectedRatings {
  private var stars: [String: Int] = [:]
  /// Driver -> ratings and stars.
  private var sums: [String: (count: Int, stars: Int)] = [:]
  /// Rides and drivers with a rating that is on its way or dead: it may be counted or not.
  private var open: Set<String> = []

  /// Takes in a rating, in the log's order.
  mutating func add(_ rating: RideRated, isDone: Bool) {
    guard isDone else {
      open.formUnion([rating.rideID, rating.driverID])
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
    closed: [String: String], drivers: [String: String]
  ) -> [(ride: String?, key: String, expected: String?, found: String?)] {
    var rides: [String: String] = [:]
    for (ride, stars) in stars { rides[ride] = String(stars) }
    var fields: [String: String] = [:]
    for (driver, sum) in sums {
      fields["\(driver)|count"] = String(sum.count)
      fields["\(driver)|stars"] = String(sum.stars)
    }
    return Self.differences(closed, rides, except: { open.contains($0) })
      .map { ($0.field, "\(RatingWindow.closed)[\($0.field)]", $0.expected, $0.found) }
      + Self.differences(drivers, fields, except: { open.contains(String($0.prefix { $0 != "|" })) })
      .map { (nil, "\(RatingWindow.drivers)[\($0.field)]", $0.expected, $0.found) }
  }

  private static func differences(
    _ found: [String: String], _ expected: [String: String], except isOpen: (String) -> Bool
  ) -> [(field: String, expected: String?, found: String?)] {
    Set(found.keys).union(expected.keys).filter { found[$0] != expected[$0] && !isOpen($0) }.sorted()
      .map { ($0, expected[$0], found[$0]) }
  }
}
