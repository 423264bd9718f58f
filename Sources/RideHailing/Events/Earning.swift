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

extension Earning: JSONReadable, JSONWritable {
  /// Items that are missing are 0.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    fare = try object.optional("fare") ?? 0
    commission = try object.optional("commission") ?? 0
    tips = try object.optional("tips") ?? 0
    tolls = try object.optional("tolls") ?? 0
    cash = try object.optional("cash") ?? 0
  }

  /// Items that are 0 are left out.
  public func write(to json: inout JSONWriter) {
    json.object {
      writeShare(to: &$0)
      if cash != 0 { $0.field("cash", cash) }
    }
  }

  /// Writes the items but for the cash as fields of an object.
  func writeShare(to json: inout JSONWriter) {
    if fare != 0 { json.field("fare", fare) }
    if commission != 0 { json.field("commission", commission) }
    if tips != 0 { json.field("tips", tips) }
    if tolls != 0 { json.field("tolls", tolls) }
  }
}
