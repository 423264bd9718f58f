public import EventStreams

/// A driver's share of a ride has been booked, by this plan and rate; after a correction, what the share is now.
///
/// Whoever books or reckons later takes plan and rate from here, and from no setting.
public struct DriverPaid: RideEvent, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "DRIVER_PAID"
  /// The topic of such an event.
  public static let topic = RideTopics.earnings

  /// The ride.
  public var rideID: String
  /// Who drove.
  public var driverID: String
  /// Where the ride was.
  public var city: String
  /// Of all amounts.
  public var currency: Currency
  /// What the platform keeps.
  public var commission: CommissionRate
  /// What the share is made of; the cash that the driver holds is taken off.
  public var earning: Earning
  /// Passed on to the authorities, in minor units.
  public var taxes: Int
  /// The correction that changed the share; nil for the ride itself.
  public var correction: String?

  /// The event's data.
  public init(
    rideID: String, driverID: String, city: String, currency: Currency, commission: CommissionRate, earning: Earning,
    taxes: Int, correction: String? = nil
  ) {
    self.rideID = rideID
    self.driverID = driverID
    self.city = city
    self.currency = currency
    self.commission = commission
    self.earning = earning
    self.taxes = taxes
    self.correction = correction
  }

  /// Reads and checks the data.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    rideID = try object["rideId"]
    driverID = try object["driverId"]
    city = try object["city"]
    currency = try object["currency"]
    commission = CommissionRate(plan: try object["plan"], basisPoints: try object["basisPoints"])
    earning = Earning()
    earning.fare = try object.optional("fare") ?? 0
    earning.commission = try object.optional("commission") ?? 0
    earning.tips = try object.optional("tips") ?? 0
    earning.tolls = try object.optional("tolls") ?? 0
    taxes = try object.optional("taxes") ?? 0
    earning.cash = try object.optional("cash") ?? 0
    correction = try object.optional("correction")
    try Identifier.checkName(rideID, "rideId")
    try Identifier.checkName(driverID, "driverId")
    try Identifier.checkName(city, "city")
    try Identifier.checkName(commission.plan, "plan")
    try Quantity.basisPoints.check(commission.basisPoints, "basisPoints")
    for amount in [earning.fare, earning.commission, earning.tips, earning.tolls, taxes, earning.cash] {
      try Quantity.money.check(amount, "fare")
    }
    if let correction { try Identifier.checkName(correction, "correction") }
  }

  /// Writes it as an object; `payable` is what the ride adds to what the driver can have paid out. Other amounts that are 0 are left out.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("rideId", rideID)
      $0.field("driverId", driverID)
      $0.field("city", city)
      $0.field("currency", currency)
      $0.field("plan", commission.plan)
      $0.field("basisPoints", commission.basisPoints)
      earning.writeShare(to: &$0)
      if taxes != 0 { $0.field("taxes", taxes) }
      if earning.cash != 0 { $0.field("cash", earning.cash) }
      $0.field("payable", earning.total)
      $0.field("correction", correction)
    }
  }

  /// One per ride, and one per correction of it.
  public var eventID: String {
    correction.map { OutcomeID.of(Self.eventType, ride: rideID, correction: $0) }
      ?? "\(Self.eventType.rawValue):\(rideID)"
  }
}
