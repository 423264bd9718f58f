/// What rides of one currency sum up to, in minor units.
struct RideSums {
  private(set) var rides = 0
  private(set) var revenue = 0
  private(set) var commission = 0
  private(set) var tips = 0
  private(set) var earned = 0
  /// Of the revenue, what is for rides that did not take place.
  private(set) var cancellationFees = 0
  /// What the platform bears.
  private(set) var losses = 0

  /// - Parameters:
  ///   - fare: as corrected.
  ///   - refunded: what the rider got back of it, at the platform's cost.
  ///   - commission: the platform's part of this fare.
  mutating func add(_ fare: Fare, refunded: Int, commission part: Int) {
    rides += 1
    add(fare, refunded, part)
    tips += fare.tip
  }

  /// The fee for a ride that did not take place.
  mutating func add(fee fare: Fare, refunded: Int, commission part: Int) {
    cancellationFees += fare.total - refunded
    add(fare, refunded, part)
  }

  private mutating func add(_ fare: Fare, _ refunded: Int, _ part: Int) {
    revenue += fare.total - refunded
    commission += part
    earned += fare.total - part - fare.taxes
  }

  mutating func add(loss: Int) { losses += loss }
}
