public import EventStreams

/// The rider has been sent the receipt.
public struct ReceiptSent: RideEvent, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "RECEIPT_SENT"

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
  /// In minor units.
  public var amount: Int
  /// Of the amount.
  public var currency: Currency

  /// The event's data.
  public init(
    rideID: String, riderID: String, city: String, email: String,
    messageID: String, amount: Int, currency: Currency
  ) {
    self.rideID = rideID
    self.riderID = riderID
    self.city = city
    self.email = email
    self.messageID = messageID
    self.amount = amount
    self.currency = currency
  }

  /// Reads and checks the data.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    rideID = try object["rideId"]
    riderID = try object["riderId"]
    city = try object["city"]
    email = try object["email"]
    messageID = try object["messageId"]
    amount = try object["amount"]
    currency = try object["currency"]
    try Identifier.checkName(rideID, "rideId")
    try Identifier.checkName(riderID, "riderId")
    try Identifier.checkName(city, "city")
    try Quantity.money.check(amount, "amount")
    try FreeText.check(email, "email")
    try FreeText.check(messageID, "messageId")
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("rideId", rideID)
      $0.field("riderId", riderID)
      $0.field("city", city)
      $0.field("email", email)
      $0.field("messageId", messageID)
      $0.field("amount", amount)
      $0.field("currency", currency)
    }
  }
}
