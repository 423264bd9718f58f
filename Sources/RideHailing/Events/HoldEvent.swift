public import EventStreams

/// What became of money that was to be held for a ride. What, says the type; all of them have this shape.
public struct HoldEvent<Outcome: HoldOutcome>: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static var eventType: EventType { Outcome.eventType }
  /// The topic of such an event.
  public static var topic: String { RideTopics.payments }

  /// The ride.
  public var rideID: String
  /// Whose card it is.
  public var riderID: String
  /// Where the ride is to be.
  public var city: String
  /// How much is held or was to be, in minor units; 0 where it is too little to be held.
  public var amount: Int
  /// Of the amount.
  public var currency: Currency
  /// The gateway's name for it; nil if the gateway was not asked.
  public var reference: String?
  /// Where the rider proves who it is, if that is a page.
  public var link: String?
  /// Until when it is held, if the gateway says so.
  public var until: Timestamp?
  /// Why it is not held, or not any more, for people.
  public var reason: String?
  /// True if no further attempt with the same card can help.
  public var isHard = false
  /// The id of the event that asked for the ride.
  public var request: String
  /// The id of the event that it came of, if that is another.
  public var cause: String?

  /// The event's data.
  ///
  /// - Parameters:
  ///   - amount: what is held or was to be.
  ///   - request: the id of the event that asked for the ride.
  public init(rideID: String, riderID: String, city: String, amount: Money, request: String) {
    self.rideID = rideID
    self.riderID = riderID
    self.city = city
    self.amount = amount.minorUnits
    currency = amount.currency
    self.request = request
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", { $0.rideID }, .name)
    riderID = try fields("riderId", { $0.riderID }, .name)
    city = try fields("city", { $0.city }, .name)
    amount = try fields("amount", { $0.amount }, .within(.fare))
    currency = try fields("currency", { $0.currency })
    reference = try fields.optional("reference", { $0.reference }, .text())
    link = try fields.optional("link", { $0.link }, .text(2000))
    until = try fields.optional("until", { $0.until })
    reason = try fields.optional("reason", { $0.reason }, .text())
    isHard = try fields("hard", { $0.isHard }, omitting: false)
    request = try fields("request", { $0.request }, .identifier)
    cause = try fields.optional("cause", { $0.cause }, .identifier)
  }

  /// One per ride, or per request where a ride was asked for under other ids as well.
  public var eventID: String {
    request.hasSameBytes(as: RideRequested.eventID(ofRide: rideID))
      ? Self.eventID(ofRide: rideID) : OutcomeID.of(Self.eventType, cause: request)
  }
}

/// What became of money that was to be held.
public protocol HoldOutcome: Sendable {
  /// The `type` field of such an event.
  static var eventType: EventType { get }
}

/// What became of money that was to be held.
public enum HoldOutcomes {
  /// It is held.
  public enum Authorised: HoldOutcome {
    /// The `type` field of such an event.
    public static let eventType: EventType = "PAYMENT_AUTHORISED"
  }

  /// The rider must prove who it is first.
  public enum ActionRequired: HoldOutcome {
    /// The `type` field of such an event.
    public static let eventType: EventType = "PAYMENT_ACTION_REQUIRED"
  }

  /// It is not held: the ride is not to begin.
  public enum Failed: HoldOutcome {
    /// The `type` field of such an event.
    public static let eventType: EventType = "AUTHORISATION_FAILED"
  }

  /// It is held no more, and nothing of it was captured.
  public enum Released: HoldOutcome {
    /// The `type` field of such an event.
    public static let eventType: EventType = "AUTHORISATION_RELEASED"
  }

  /// The time is over for which it is held: scheduled when it is held.
  public enum Ended: HoldOutcome {
    /// The `type` field of such an event.
    public static let eventType: EventType = "AUTHORISATION_ENDED"
  }

  /// The time is over in which the rider could prove who it is: scheduled when that is asked.
  public enum ActionEnded: HoldOutcome {
    /// The `type` field of such an event.
    public static let eventType: EventType = "PAYMENT_ACTION_ENDED"
  }
}

/// The price of a ride is held.
public typealias PaymentAuthorised = HoldEvent<HoldOutcomes.Authorised>
/// The rider must prove who it is.
public typealias PaymentActionRequired = HoldEvent<HoldOutcomes.ActionRequired>
/// The price of a ride can't be held.
public typealias AuthorisationFailed = HoldEvent<HoldOutcomes.Failed>
/// What was held was let go.
public typealias AuthorisationReleased = HoldEvent<HoldOutcomes.Released>
/// What is held is held no longer.
public typealias AuthorisationEnded = HoldEvent<HoldOutcomes.Ended>
/// The rider has not proved in time who it is.
public typealias PaymentActionEnded = HoldEvent<HoldOutcomes.ActionEnded>
