public import EventStreams

/// The ride's fare could not be charged; the rider owes it.
public struct PaymentFailed: EventData, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "PAYMENT_FAILED"

  /// The ride.
  public var rideID: String
  /// Who owes it.
  public var riderID: String
  /// Where the ride was.
  public var city: String
  /// In minor units.
  public var amount: Int
  /// Of the amount.
  public var currency: Currency
  /// Where the money should have come from.
  public var method: Payment.Method
  /// Why it was declined.
  public var reason: String

  /// The event's data.
  public init(
    rideID: String, riderID: String, city: String, amount: Int,
    currency: Currency, method: Payment.Method, reason: String
  ) {
    self.rideID = rideID
    self.riderID = riderID
    self.city = city
    self.amount = amount
    self.currency = currency
    self.method = method
    self.reason = reason
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
    reason = try object["reason"]
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
      $0.field("reason", reason)
    }
  }

  /// What is handled in order: a ride.
  public var orderingKey: String { rideID }
  /// What belongs together: a city.
  public var shardKey: String { city }
}
