public import EventStreams

/// What became of money that a rider was to pay or to get back. What, says the type; all of them have this shape.
public struct PaymentEvent<Outcome: PaymentOutcome>: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static var eventType: EventType { Outcome.eventType }
  /// The topic of such an event.
  public static var topic: String { RideTopics.payments }

  /// The ride.
  public var rideID: String
  /// Whose money.
  public var riderID: String
  /// Where the ride was.
  public var city: String
  /// In minor units.
  public var amount: Int
  /// Of the amount.
  public var currency: Currency
  /// Where the money comes from or goes to.
  public var method: Payment.Method
  /// The gateway's name for the charge; nil for wallet and cash, and where nothing was charged.
  public var reference: String?
  /// Why it failed; only then.
  public var reason: String?
  /// The gateway's name for the attempt that failed.
  public var attempt: String?
  /// What was captured of which charge, where that was not one charge of the whole amount; also of a payment that failed in part.
  public var charges: [ChargePart]
  /// What went back of which charge; only of a refund.
  public var refunds: [ChargeRefund]
  /// The correction it came of; nil if it came of the ride itself.
  public var correction: String?
  /// Which further attempt at what is owed it was; nil if it was none.
  public var retry: Int?
  /// When it is tried again; only of a failure.
  public var retryAt: Timestamp?
  /// The id of the event that had what was owed be collected or given up; nil if it came of the ride, a correction or a scheduled attempt.
  public var cause: String?
  /// The ride's money after it; nil in events that were logged before it was told.
  public var standing: PaymentStanding?

  /// The event's data.
  ///
  /// - Parameter amount: what was paid, or not, or given back.
  public init(
    rideID: String, riderID: String, city: String, amount: Money, method: Payment.Method, reference: String? = nil,
    reason: String? = nil, attempt: String? = nil, charges: [ChargePart] = [], refunds: [ChargeRefund] = [],
    correction: String? = nil, retry: Int? = nil, retryAt: Timestamp? = nil, cause: String? = nil,
    standing: PaymentStanding? = nil
  ) {
    self.rideID = rideID
    self.riderID = riderID
    self.city = city
    self.amount = amount.minorUnits
    currency = amount.currency
    self.method = method
    self.reference = reference
    self.reason = reason
    self.attempt = attempt
    self.charges = charges
    self.refunds = refunds
    self.correction = correction
    self.retry = retry
    self.retryAt = retryAt
    self.cause = cause
    self.standing = standing
  }

  /// Its fields. Nearly all are captures: for these there is code of their own, which need not find out at run time what each field is.
  @_specialize(where Outcome == PaymentOutcomes.Captured)
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", { $0.rideID }, .name)
    riderID = try fields("riderId", { $0.riderID }, .name)
    city = try fields("city", { $0.city }, .name)
    amount = try fields("amount", { $0.amount }, .within(.money))
    currency = try fields("currency", { $0.currency })
    method = try fields("method", { $0.method })
    reference = try fields.optional("reference", { $0.reference }, .text())
    reason = Outcome.hasReason ? try fields.optional("reason", { $0.reason }, .text()) : nil
    attempt = try fields.optional("attempt", { $0.attempt }, .text())
    charges = try fields("charges", { $0.charges }, omitting: [])
    refunds = try fields("refunds", { $0.refunds }, omitting: [])
    correction = try fields.optional("correction", { $0.correction }, .name)
    retry = try fields.optional("retry", { $0.retry }, .within(.attempts))
    retryAt = try fields.optional("retryAt", { $0.retryAt })
    cause = try fields.optional("cause", { $0.cause }, .identifier)
    standing = try fields.optional("standing", { $0.standing })
  }

  /// A failure says why, and nothing else does.
  public func check() throws(JSONError) {
    if Outcome.hasReason, reason == nil { throw JSONError(path: "reason", problem: "is missing") }
  }

  /// One per ride, one per correction of it, one per further attempt at what is owed, and one per event that has it collected.
  public var eventID: String {
    cause.map { Self.id(ofRide: rideID, cause: $0) } ?? Self.id(ofRide: rideID, correction: correction, retry: retry)
  }

  /// What became of what is owed for a ride, because of another event.
  public static func id(ofRide ride: String, cause: String) -> String {
    OutcomeID.of(EventType(rawValue: "\(eventType.rawValue)~"), ride: ride, cause: cause)
  }

  /// The outcome of a ride's payment, or of what a correction moved.
  static func id(ofRide ride: String, correction: String?, retry: Int? = nil) -> String {
    if let retry {
      return OutcomeID.of(
        EventType(rawValue: "\(eventType.rawValue)~\(retry)"), ride: ride, correction: correction ?? "")
    }
    return correction.map { OutcomeID.of(eventType, ride: ride, correction: $0) } ?? "\(eventType.rawValue):\(ride)"
  }
}

/// What became of a payment.
public protocol PaymentOutcome: Sendable {
  /// The `type` field of such an event.
  static var eventType: EventType { get }
  /// True if it needs a reason.
  static var hasReason: Bool { get }
}

/// The outcomes of payments.
public enum PaymentOutcomes {
  /// It has been paid.
  public enum Captured: PaymentOutcome {
    /// The `type` field of such an event.
    public static let eventType: EventType = "PAYMENT_CAPTURED"
    /// It needs none.
    public static let hasReason = false
  }

  /// It could not be charged; the rider owes it.
  public enum Failed: PaymentOutcome {
    /// The `type` field of such an event.
    public static let eventType: EventType = "PAYMENT_FAILED"
    /// It needs one.
    public static let hasReason = true
  }

  /// Nobody pays it any more; the platform bears it.
  public enum WrittenOff: PaymentOutcome {
    /// The `type` field of such an event.
    public static let eventType: EventType = "PAYMENT_WRITTEN_OFF"
    /// It needs one.
    public static let hasReason = true
  }

  /// What was to go back to a card could not, and is in the wallet.
  public enum RefundFailed: PaymentOutcome {
    /// The `type` field of such an event.
    public static let eventType: EventType = "REFUND_FAILED"
    /// It needs one.
    public static let hasReason = true
  }

  /// The rider has got it back.
  public enum Refunded: PaymentOutcome {
    /// The `type` field of such an event.
    public static let eventType: EventType = "PAYMENT_REFUNDED"
    /// It needs none.
    public static let hasReason = false
  }
}

/// The rider has paid.
public typealias PaymentCaptured = PaymentEvent<PaymentOutcomes.Captured>
/// The rider could not be charged, and owes it.
public typealias PaymentFailed = PaymentEvent<PaymentOutcomes.Failed>
/// What the rider owed is given up.
public typealias PaymentWrittenOff = PaymentEvent<PaymentOutcomes.WrittenOff>
/// What was to go back to a card could not.
public typealias RefundFailed = PaymentEvent<PaymentOutcomes.RefundFailed>
/// The rider has got money back.
public typealias PaymentRefunded = PaymentEvent<PaymentOutcomes.Refunded>
