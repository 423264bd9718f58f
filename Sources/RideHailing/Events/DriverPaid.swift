public import EventStreams

/// A driver's share of a ride has been booked, by this plan and rate; after a correction, what the share is now.
///
/// Whoever books or reckons later takes plan and rate from here, and from no setting.
public struct DriverPaid: RideEvent, JSONRecord, Hashable {
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

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    driverID = try fields("driverId", \.driverID, .name)
    city = try fields("city", \.city, .name)
    currency = try fields("currency", \.currency)
    commission = CommissionRate(
      plan: try fields("plan", \.commission.plan, .name),
      basisPoints: try fields("basisPoints", \.commission.basisPoints, .within(.basisPoints)))
    earning = Earning()
    earning.fare = try fields("fare", \.earning.fare, .within(.money), omitting: 0)
    earning.commission = try fields("commission", \.earning.commission, .within(.money), omitting: 0)
    earning.tips = try fields("tips", \.earning.tips, .within(.money), omitting: 0)
    earning.tolls = try fields("tolls", \.earning.tolls, .within(.money), omitting: 0)
    taxes = try fields("taxes", \.taxes, .within(.money), omitting: 0)
    earning.cash = try fields("cash", \.earning.cash, .within(.money), omitting: 0)
    // What the ride adds to what the driver can have paid out.
    fields.derived("payable", \.earning.total)
    correction = try fields.optional("correction", \.correction, .name)
  }

  /// One per ride, and one per correction of it.
  public var eventID: String {
    correction.map { OutcomeID.of(Self.eventType, ride: rideID, correction: $0) }
      ?? "\(Self.eventType.rawValue):\(rideID)"
  }
}
