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

extension Fare: FieldValue {
  /// One of them.
  public static var example: Fare { Fare(base: 0, currency: .eur) }
  /// What it is.
  public static var kind: String { "fare" }

  /// Items that are missing count as 0; if there is any, all must add up to the total. Without items the total is the base.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    var sum = 0
    var hasItems = false
    func item(_ name: StaticString, _ object: inout JSONObject) throws(JSONError) -> Int {
      guard let value = try object.optional(name, as: Int.self) else { return 0 }
      try Quantity.fare.check(value, "\(name)")
      hasItems = true
      sum += value
      return value
    }
    let base = try item("base", &object)
    distance = try item("distance", &object)
    time = try item("time", &object)
    surge = try item("surge", &object)
    tolls = try item("tolls", &object)
    tip = try item("tip", &object)
    taxes = try item("taxes", &object)
    total = try object["total"]
    currency = try object["currency"]
    try Quantity.fare.check(total, "total")
    guard !hasItems || sum == total else {
      throw JSONError(path: "total", problem: "is \(total), but the items add up to \(sum)")
    }
    self.base = hasItems ? base : total
  }

  /// Items that are 0 are left out.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("base", base)
      if distance != 0 { $0.field("distance", distance) }
      if time != 0 { $0.field("time", time) }
      if surge != 0 { $0.field("surge", surge) }
      if tolls != 0 { $0.field("tolls", tolls) }
      if tip != 0 { $0.field("tip", tip) }
      if taxes != 0 { $0.field("taxes", taxes) }
      $0.field("total", total)
      $0.field("currency", currency)
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
