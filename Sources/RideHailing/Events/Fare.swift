public import EventStreams

/// What a ride costs: itemised, in minor units of one currency. The items add up to the total.
public struct Fare: Sendable, Hashable {
  /// The flag fall.
  public let base: Int
  /// For the way.
  public let distance: Int
  /// For the time.
  public let time: Int
  /// On top, for high demand.
  public let surge: Int
  /// Tolls, passed on to the driver.
  public let tolls: Int
  /// The tip, passed on to the driver.
  public let tip: Int
  /// Taxes and public surcharges, passed on to the authorities.
  public let taxes: Int
  /// What the rider pays.
  public let total: Int
  /// The currency of all items.
  public let currency: Currency

  /// A fare of items that add up by themselves.
  public init(
    base: Int, distance: Int = 0, time: Int = 0, surge: Int = 0, tolls: Int = 0, tip: Int = 0, taxes: Int = 0,
    currency: Currency
  ) {
    self.base = base
    self.distance = distance
    self.time = time
    self.surge = surge
    self.tolls = tolls
    self.tip = tip
    self.taxes = taxes
    total = base + distance + time + surge + tolls + tip + taxes
    self.currency = currency
  }

  /// The fare with another total: what is passed on as given, the rest taken from surge, time and distance before the base, or
  /// added to the base.
  ///
  /// - Returns: nil if the total is less than what is passed on.
  public func changed(total: Int, tip: Int, tolls: Int, taxes: Int) -> Fare? {
    var rest = total - tip - tolls - taxes
    guard rest >= 0 else { return nil }
    func take(_ amount: Int) -> Int {
      let taken = min(amount, rest)
      rest -= taken
      return taken
    }
    let (base, distance, time, surge) = (take(base), take(distance), take(time), take(surge))
    return Fare(
      base: base + rest, distance: distance, time: time, surge: surge, tolls: tolls, tip: tip, taxes: taxes,
      currency: currency)
  }

  /// What the rider pays.
  public var amount: Money { Money(total, currency) }

  /// What the platform's commission is taken of: everything but what is passed on.
  public var commissionable: Money { Money(base + distance + time + surge, currency) }
}

extension Fare: JSONRecord {
  /// Its fields. Items that are missing count as 0; without any the total is the base.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    let base = try fields.optional("base", { $0.base }, .within(.fare))
    distance = try fields("distance", \.distance, .within(.fare), omitting: 0)
    time = try fields("time", \.time, .within(.fare), omitting: 0)
    surge = try fields("surge", \.surge, .within(.fare), omitting: 0)
    tolls = try fields("tolls", \.tolls, .within(.fare), omitting: 0)
    tip = try fields("tip", \.tip, .within(.fare), omitting: 0)
    taxes = try fields("taxes", \.taxes, .within(.fare), omitting: 0)
    total = try fields("total", \.total, .within(.fare))
    currency = try fields("currency", \.currency)
    self.base = base ?? (distance + time + surge + tolls + tip + taxes == 0 ? total : 0)
  }

  /// Throws if the items don't add up to the total.
  public func check() throws(JSONError) {
    let sum = base + distance + time + surge + tolls + tip + taxes
    guard sum == total else {
      throw JSONError(path: "total", problem: "is \(total), but the items add up to \(sum)")
    }
  }
}

extension Fare {
  /// What high demand adds to a part of a fare: the one place where a price is multiplied, so that what is shown is what is charged.
  ///
  /// - Parameters:
  ///   - amount: the part of the fare that is multiplied, in minor units; not negative.
  ///   - multiplier: in tenths; 10 is the plain price.
  public static func surge(on amount: Int, multiplier: Int) -> Int {
    (amount * (multiplier - 10) + 5) / 10
  }
}
