public import EventStreams

/// What became of a payout.
public struct PayoutRecord: Sendable, Hashable {
  /// The run that it belongs to.
  public let run: String
  /// Who was to be paid.
  public let driverID: String
  /// Where the driver's account is kept.
  public let city: String
  /// In minor units.
  public let amount: Int
  /// Of the amount.
  public let currency: Currency
  /// The place in the log of the event that asked for it.
  public let place: EntryID
  /// When that was.
  public let at: Timestamp
  /// Why it was not paid; nil if it was.
  public internal(set) var refusal: String?
  /// Why the bank has sent it back; nil if it has not.
  public internal(set) var returned: String?

  /// Hash: payout -> what became of it.
  static let hash = "payouts"

  init(_ event: Event<PayoutRequested>, refusal: String? = nil) {
    let payout = event.data
    (run, driverID, city) = (payout.run, payout.driverID, payout.city)
    (amount, currency) = (payout.amount, payout.currency)
    (place, at) = (event.entryID, event.timestamp)
    self.refusal = refusal
  }

  /// The amount.
  public var money: Money { Money(amount, currency) }

  /// One word for it: `ordered`, `refused` or `returned`.
  public var state: String { refusal != nil ? "refused" : returned != nil ? "returned" : "ordered" }

  /// Whether an event is about the same driver, city and amount.
  func isOf<What>(_ event: PayoutEvent<What>) -> Bool {
    driverID.hasSameBytes(as: event.driverID) && run.hasSameBytes(as: event.run) && city.hasSameBytes(as: event.city)
      && money == event.money
  }
}

extension PayoutRecord: JSONRecord {
  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    run = try fields("run", \.run)
    driverID = try fields("driver", \.driverID)
    city = try fields("city", \.city)
    amount = try fields("amount", \.amount)
    currency = try fields("currency", \.currency)
    place = try fields("place", \.place)
    at = try fields("at", \.at)
    refusal = try fields.optional("refused", \.refusal)
    returned = try fields.optional("returned", \.returned)
  }
}
