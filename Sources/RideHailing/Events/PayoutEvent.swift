public import EventStreams

/// A driver's week is to be paid, was, or was not. What, says the type; all of them have this shape.
///
/// Where the money goes stands in no event: whoever writes the bank's file looks the driver's account up in a file of payees.
public struct PayoutEvent<What: PayoutEventKind>: EventData, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static var eventType: EventType { What.eventType }
  /// The topic of such an event.
  public static var topic: String { RideTopics.accounts }

  /// The payout's name, which the bank is told as well: at most 35 characters.
  public var payout: String
  /// The run that it belongs to.
  public var run: String
  /// Who is paid.
  public var driverID: String
  /// Where the driver's account is kept.
  public var city: String
  /// In minor units, above 0.
  public var amount: Int
  /// Of the amount.
  public var currency: Currency
  /// Why, for people: why it was refused, or came back.
  public var reason: String?

  /// The event's data.
  public init(
    _ payout: String, run: String, driverID: String, city: String, amount: Money, reason: String? = nil
  ) {
    self.payout = payout
    self.run = run
    self.driverID = driverID
    self.city = city
    self.amount = amount.minorUnits
    currency = amount.currency
    self.reason = reason
  }

  /// The amount.
  public var money: Money { Money(amount, currency) }

  /// What becomes of it.
  public func becoming<Other: PayoutEventKind>(
    _ other: PayoutEvent<Other>.Type, reason: String? = nil
  ) -> PayoutEvent<Other> {
    PayoutEvent<Other>(payout, run: run, driverID: driverID, city: city, amount: money, reason: reason)
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    payout = try fields("payout", { $0.payout }, .bankReference)
    run = try fields("run", { $0.run }, .bankReference)
    driverID = try fields("driverId", { $0.driverID }, .name)
    city = try fields("city", { $0.city }, .name)
    amount = try fields("amount", { $0.amount }, .within(.money))
    currency = try fields("currency", { $0.currency })
    reason = try fields.optional("reason", { $0.reason }, .text())
  }

  /// There is something to pay.
  public func check() throws(JSONError) {
    guard amount > 0 else { throw JSONError(path: "amount", problem: "\(amount) is not above 0") }
  }

  /// What is handled in order: the driver's account.
  public var orderingKey: String { AccountHolder(.driver, driverID).description }
  /// What belongs together: a city.
  public var shardKey: String { city }
  /// One event of a type per payout.
  public var eventID: String { "\(Self.eventType.rawValue):\(payout)" }
}

/// What an event about a payout says.
public protocol PayoutEventKind: Sendable {
  /// The `type` field of such an event.
  static var eventType: EventType { get }
}

/// The kinds of events about payouts.
public enum PayoutEventKinds {
  /// A driver is to be paid, if so much is payable then.
  public enum Requested: PayoutEventKind {
    /// The `type` field of such an event.
    public static let eventType: EventType = "PAYOUT_REQUESTED"
  }

  /// It has been taken off the driver's account, and stands in the bank's file.
  public enum Ordered: PayoutEventKind {
    /// The `type` field of such an event.
    public static let eventType: EventType = "PAYOUT_ORDERED"
  }

  /// It was not: less is payable, or there is no such payout that could have come back.
  public enum Refused: PayoutEventKind {
    /// The `type` field of such an event.
    public static let eventType: EventType = "PAYOUT_REFUSED"
  }

  /// The bank has sent it back.
  public enum Returned: PayoutEventKind {
    /// The `type` field of such an event.
    public static let eventType: EventType = "PAYOUT_RETURNED"
  }
}

/// A driver is to be paid.
public typealias PayoutRequested = PayoutEvent<PayoutEventKinds.Requested>
/// A driver has been paid.
public typealias PayoutOrdered = PayoutEvent<PayoutEventKinds.Ordered>
/// A payout was not made, or did not come back.
public typealias PayoutRefused = PayoutEvent<PayoutEventKinds.Refused>
/// The bank has sent a payout back.
public typealias PayoutReturned = PayoutEvent<PayoutEventKinds.Returned>
