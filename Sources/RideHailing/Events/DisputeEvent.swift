public import EventStreams

/// What became of a payment that the cardholder contests at the bank. What, says the type; all of them have this shape.
public struct DisputeEvent<Outcome: DisputeOutcome>: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static var eventType: EventType { Outcome.eventType }
  /// The topic of such an event.
  public static var topic: String { RideTopics.payments }

  /// The ride.
  public var rideID: String
  /// Whose card it is.
  public var riderID: String
  /// Where the ride was.
  public var city: String
  /// The gateway's name for the dispute.
  public var dispute: String
  /// The gateway's name for the charge.
  public var charge: String
  /// What is contested, in minor units.
  public var amount: Int
  /// Of the amount.
  public var currency: Currency
  /// What the bank says: `fraudulent`, …
  public var reason: String
  /// What the gateway has taken for it so far; nil for nothing.
  public var fee: Money?
  /// The id of the event that it came of.
  public var cause: String

  /// What a dispute has come to.
  init(_ rideID: String, _ dispute: RideDispute, riderID: String, city: String, because cause: String) {
    self.rideID = rideID
    self.riderID = riderID
    self.city = city
    self.dispute = dispute.id
    charge = dispute.charge
    amount = dispute.amount
    currency = dispute.currency
    reason = dispute.reason
    fee = dispute.fee
    self.cause = cause
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", { $0.rideID }, .name)
    riderID = try fields("riderId", { $0.riderID }, .name)
    city = try fields("city", { $0.city }, .name)
    dispute = try fields("dispute", { $0.dispute }, .name)
    charge = try fields("charge", { $0.charge }, .text())
    amount = try fields("amount", { $0.amount }, .within(.fare))
    currency = try fields("currency", { $0.currency })
    reason = try fields("reason", { $0.reason }, .text())
    fee = try fields.optional("fee", { $0.fee })
    cause = try fields("cause", { $0.cause }, .identifier)
  }

  /// A fee is as bounded as what it is for.
  public func check() throws(JSONError) {
    if let fee { try Quantity.fare.check(fee.minorUnits, "fee.amount") }
  }

  /// One per dispute.
  public var eventID: String { Self.id(ofRide: rideID, dispute: dispute) }

  /// The id of such an event.
  static func id(ofRide ride: String, dispute: String) -> String {
    OutcomeID.of(eventType, ride: ride, correction: dispute)
  }
}

/// What became of a dispute.
public protocol DisputeOutcome: Sendable {
  /// The `type` field of such an event.
  static var eventType: EventType { get }
}

/// The outcomes of disputes.
public enum DisputeOutcomes {
  /// The bank has taken the money back for the time being.
  public enum Opened: DisputeOutcome {
    /// The `type` field of such an event.
    public static let eventType: EventType = "DISPUTE_OPENED"
  }

  /// The money has come back.
  public enum Won: DisputeOutcome {
    /// The `type` field of such an event.
    public static let eventType: EventType = "DISPUTE_WON"
  }

  /// The money is gone, and the platform bears it: the driver keeps what was earned.
  public enum Lost: DisputeOutcome {
    /// The `type` field of such an event.
    public static let eventType: EventType = "DISPUTE_LOST"
  }
}

/// A payment is contested.
public typealias DisputeOpened = DisputeEvent<DisputeOutcomes.Opened>
/// A contested payment is ours after all.
public typealias DisputeWon = DisputeEvent<DisputeOutcomes.Won>
/// A contested payment is the cardholder's.
public typealias DisputeLost = DisputeEvent<DisputeOutcomes.Lost>
