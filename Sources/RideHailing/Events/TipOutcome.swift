public import EventStreams

/// What became of a tip. What, says the type; both have this shape.
public struct TipOutcome<Outcome: PaymentOutcome>: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static var eventType: EventType { Outcome.eventType }
  /// The topic of such an event.
  public static var topic: String { RideTopics.tips }

  /// The ride.
  public var rideID: String
  /// Who gives it.
  public var riderID: String
  /// Who gets it.
  public var driverID: String
  /// Where the ride was.
  public var city: String
  /// How much, in minor units.
  public var amount: Int
  /// Of the amount.
  public var currency: Currency
  /// Where the money comes from.
  public var method: Payment.Method
  /// The gateway's name for the charge, or for the attempt; nil where none was asked.
  public var reference: String?
  /// Why it was not taken; only then.
  public var reason: String?
  /// The tip's name; nil for the ride's only one.
  public var tip: String?

  /// What became of a tip.
  init(_ tip: RideTipped, method: Payment.Method, reference: String? = nil, reason: String? = nil) {
    rideID = tip.rideID
    riderID = tip.riderID
    driverID = tip.driverID
    city = tip.city
    amount = tip.amount
    currency = tip.currency
    self.method = method
    self.reference = reference
    self.reason = reason
    self.tip = tip.tip
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", { $0.rideID }, .name)
    riderID = try fields("riderId", { $0.riderID }, .name)
    driverID = try fields("driverId", { $0.driverID }, .name)
    city = try fields("city", { $0.city }, .name)
    amount = try fields("amount", { $0.amount }, .within(.tip))
    currency = try fields("currency", { $0.currency })
    method = try fields("method", { $0.method })
    reference = try fields.optional("reference", { $0.reference }, .text())
    reason = Outcome.hasReason ? try fields.optional("reason", { $0.reason }, .text()) : nil
    tip = try fields.optional("tip", { $0.tip }, .name)
  }

  /// A refusal says why.
  public func check() throws(JSONError) {
    if Outcome.hasReason, reason == nil { throw JSONError(path: "reason", problem: "is missing") }
  }

  /// The tip that it became of.
  var tipped: String { RideTipped.eventID(ofRide: rideID, tip: tip) }

  /// One per tip.
  public var eventID: String { Self.id(ofRide: rideID, tip: tip) }

  /// The id of such an event.
  public static func id(ofRide ride: String, tip: String?) -> String {
    tip.map { OutcomeID.of(eventType, ride: ride, correction: $0) } ?? eventID(ofRide: ride)
  }
}

/// The outcomes of tips.
public enum TipOutcomes {
  /// It has been paid, and is the driver's.
  public enum Captured: PaymentOutcome {
    /// The `type` field of such an event.
    public static let eventType: EventType = "TIP_CAPTURED"
    /// It needs none.
    public static let hasReason = false
  }

  /// It was not taken; nothing is owed for it.
  public enum Refused: PaymentOutcome {
    /// The `type` field of such an event.
    public static let eventType: EventType = "TIP_REFUSED"
    /// It needs one.
    public static let hasReason = true
  }
}

/// The rider has paid a tip.
public typealias TipCaptured = TipOutcome<TipOutcomes.Captured>
/// A tip was not taken: the card was declined, or the ride can't be tipped.
public typealias TipRefused = TipOutcome<TipOutcomes.Refused>
