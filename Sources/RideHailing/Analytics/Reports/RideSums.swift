/// What rides of one currency sum up to, in minor units.
struct RideSums {
  private(set) var rides = 0
  private(set) var revenue = 0
  private(set) var commission = 0
  private(set) var tips = 0
  private(set) var earned = 0

  /// - Parameter commission: the platform's part of this fare.
  mutating func add(_ fare: Fare, commission part: Int) {
    rides += 1
    revenue += fare.total
    commission += part
    tips += fare.tip
    earned += fare.total - part - fare.taxes
  }
}
