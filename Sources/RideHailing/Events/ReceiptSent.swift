public import EventStreams

/// The rider has been sent the receipt, or another version of it.
public struct ReceiptSent: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "RECEIPT_SENT"
  /// The topic of such an event.
  public static let topic = RideTopics.receipts

  /// The ride.
  public var rideID: String
  /// Who rode.
  public var riderID: String
  /// Where the ride was.
  public var city: String
  /// Where it was sent.
  public var email: String
  /// The mail's own name.
  public var messageID: String
  /// What the ride costs, in minor units.
  public var amount: Int
  /// Of all amounts.
  public var currency: Currency
  /// 1 for the first, then one more each time that it was sent again.
  public var version: Int
  /// What it says; nil of one from before receipts said that.
  public var amounts: PaymentStanding?
  /// What it says was given to the driver after the ride's end, in minor units: no part of what the ride costs.
  public var tipped: Int
  /// The id of the event that it came of; nil of one from before that was told.
  public var cause: String?

  /// The event's data.
  public init(
    rideID: String, riderID: String, city: String, email: String,
    messageID: String, amount: Int, currency: Currency, version: Int = 1, amounts: PaymentStanding? = nil,
    tipped: Int = 0, cause: String? = nil
  ) {
    self.rideID = rideID
    self.riderID = riderID
    self.city = city
    self.email = email
    self.messageID = messageID
    self.amount = amount
    self.currency = currency
    self.version = version
    self.amounts = amounts
    self.tipped = tipped
    self.cause = cause
  }

  /// That a receipt was sent as it stands; nil if there was nobody to send it to.
  init?(_ receipt: Receipt, because cause: String) {
    guard let email = receipt.email, let messageID = receipt.messageID else { return nil }
    self.init(
      rideID: receipt.rideID, riderID: receipt.riderID, city: receipt.city, email: email, messageID: messageID,
      amount: receipt.fare.total, currency: receipt.fare.currency, version: receipt.version, amounts: receipt.said,
      tipped: receipt.saidTipped, cause: cause)
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    riderID = try fields("riderId", \.riderID, .name)
    city = try fields("city", \.city, .name)
    email = try fields("email", \.email, .text().personal(of: "riderId"))
    messageID = try fields("messageId", \.messageID, .text())
    amount = try fields("amount", \.amount, .within(.money))
    currency = try fields("currency", \.currency)
    version = try fields("version", \.version, .within(.count), ifAbsent: 1)
    amounts = try fields.optional("says", \.amounts)
    tipped = try fields("tipped", \.tipped, .within(.money), omitting: 0)
    cause = try fields.optional("cause", \.cause, .identifier)
  }

  /// One event per ride and version.
  public var eventID: String { Self.id(ride: rideID, version: version) }

  static func id(ride: String, version: Int) -> String { "\(eventType.rawValue):\(ride):\(version)" }
}
