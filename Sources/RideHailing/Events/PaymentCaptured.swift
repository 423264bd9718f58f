public import EventStreams

/// The ride's fare has been paid.
public struct PaymentCaptured: EventData, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "PAYMENT_CAPTURED"

  /// The ride.
  public var rideID: String
  /// Who paid.
  public var riderID: String
  /// Where the ride was.
  public var city: String
  /// In minor units.
  public var amount: Int
  /// Of the amount.
  public var currency: Currency
  /// Where the money came from.
  public var method: Payment.Method
  /// The gateway's name for the charge.
  public var reference: String? = nil

  /// The event's data.
  public init(
    rideID: String, riderID: String, city: String, amount: Int,
    currency: Currency, method: Payment.Method, reference: String? = nil
  ) {
    self.rideID = rideID
    self.riderID = riderID
    self.city = city
    self.amount = amount
    self.currency = currency
    self.method = method
    self.reference = reference
  }

  /// Reads and checks the data.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    rideID = try object["rideId"]
    riderID = try object["riderId"]
    city = try object["city"]
    amount = try object["amount"]
    currency = try object["currency"]
    method = try object["method"]
    reference = try object.optional("reference")
    try Identifier.check(rideID, "rideId")
    try Identifier.check(riderID, "riderId")
    try Identifier.check(city, "city")
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("rideId", rideID)
      $0.field("riderId", riderID)
      $0.field("city", city)
      $0.field("amount", amount)
      $0.field("currency", currency)
      $0.field("method", method)
      $0.field("reference", reference)
    }
  }

  /// What is handled in order: a ride.
  public var orderingKey: String { rideID }
  /// What belongs together: a city.
  public var shardKey: String { city }
}
