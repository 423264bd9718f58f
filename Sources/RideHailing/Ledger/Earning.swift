public import EventStreams

/// What a driver's share of a ride is made of, in minor units: fare - commission + tips + tolls.
public struct Earning: Sendable, Hashable {
  /// What the ride itself cost.
  public var fare = 0
  /// What the platform keeps of it.
  public var commission = 0
  /// Passed on to the driver.
  public var tips = 0
  /// Passed on to the driver.
  public var tolls = 0

  /// Nothing.
  public init() {}

  /// The share of a fare.
  public init(_ fare: Fare, commissionBasisPoints: Int) {
    self.fare = fare.commissionable.minorUnits
    commission = fare.commissionable.share(basisPoints: commissionBasisPoints).minorUnits
    tips = fare.tip
    tolls = fare.tolls
  }

  /// What the driver gets.
  public var total: Int { fare - commission + tips + tolls }

  /// Adds two.
  public static func + (a: Earning, b: Earning) -> Earning {
    var sum = a
    sum.fare += b.fare
    sum.commission += b.commission
    sum.tips += b.tips
    sum.tolls += b.tolls
    return sum
  }

  /// What one has more than another.
  public static func - (a: Earning, b: Earning) -> Earning {
    var difference = a
    difference.fare -= b.fare
    difference.commission -= b.commission
    difference.tips -= b.tips
    difference.tolls -= b.tolls
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
  }

  /// Items that are 0 are left out.
  public func write(to json: inout JSONWriter) {
    json.object {
      if fare != 0 { $0.field("fare", fare) }
      if commission != 0 { $0.field("commission", commission) }
      if tips != 0 { $0.field("tips", tips) }
      if tolls != 0 { $0.field("tolls", tolls) }
    }
  }
}
