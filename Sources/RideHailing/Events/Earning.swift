public import EventStreams

/// What a ride adds to what a driver can have paid out, in minor units: fare - commission + tips + tolls - cash.
public struct Earning: Sendable, Hashable {
  /// What the ride itself cost.
  public var fare = 0
  /// What the platform keeps of it.
  public var commission = 0
  /// Passed on to the driver.
  public var tips = 0
  /// Passed on to the driver.
  public var tolls = 0
  /// What the rider has given the driver already.
  public var cash = 0

  /// Nothing.
  public init() {}

  /// The share of a fare.
  ///
  /// - Parameter cash: what the driver took of it.
  public init(_ fare: Fare, commissionBasisPoints: Int, cash: Int = 0) {
    self.fare = fare.commissionable.minorUnits
    commission = fare.commissionable.share(basisPoints: commissionBasisPoints).minorUnits
    tips = fare.tip
    tolls = fare.tolls
    self.cash = cash
  }

  /// What is payable of it: negative if the driver holds more in cash than was earned.
  public var total: Int { fare - commission + tips + tolls - cash }

  /// Adds two.
  public static func + (a: Earning, b: Earning) -> Earning {
    var sum = a
    sum.fare += b.fare
    sum.commission += b.commission
    sum.tips += b.tips
    sum.tolls += b.tolls
    sum.cash += b.cash
    return sum
  }

  /// What one has more than another.
  public static func - (a: Earning, b: Earning) -> Earning {
    var difference = a
    difference.fare -= b.fare
    difference.commission -= b.commission
    difference.tips -= b.tips
    difference.tolls -= b.tolls
    difference.cash -= b.cash
    return difference
  }
}

extension Earning: JSONRecord {
  /// Its fields: items that are 0 are left out.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    fare = try fields("fare", \.fare, omitting: 0)
    commission = try fields("commission", \.commission, omitting: 0)
    tips = try fields("tips", \.tips, omitting: 0)
    tolls = try fields("tolls", \.tolls, omitting: 0)
    cash = try fields("cash", \.cash, omitting: 0)
  }
}
