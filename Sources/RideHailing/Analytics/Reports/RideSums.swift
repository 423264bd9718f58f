/// What rides of one currency sum up to, in minor units.
struct RideSums {
  private(set) var rides = 0
  private(set) var revenue = 0
  private(set) var commission = 0
  private(set) var tips = 0
  private(set) var earned = 0

  /// - Parameters:
  ///   - fare: as corrected.
  ///   - refunded: what the rider got back of it, at the platform's cost.
  ///   - commission: the platform's part of this fare.
  mutating func add(_ fare: Fare, refunded: Int, commission part: Int) {
    rides += 1
    revenue += fare.total - refunded
    commission += part
    tips += fare.tip
    earned += fare.total - part - fare.taxes
  }
}
