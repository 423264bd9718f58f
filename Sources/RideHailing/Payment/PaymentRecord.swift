public import EventStreams

/// What became of a ride's payment.
public struct PaymentRecord: Sendable, Hashable {
  /// The amount that was due.
  public let amount: Money
  /// Where the money came from, or should have.
  public let method: Payment.Method
  /// The gateway's name for the charge; nil for wallet and cash.
  public let reference: String?
  /// Why it was declined; nil if it was captured.
  public let declineReason: String?
  /// When the ride was completed.
  public let at: Timestamp

  static let hash = "payments"
}

extension PaymentRecord: JSONReadable, JSONWritable {
  /// Reads a record as it was written.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    amount = Money(try object["amount"], try object["currency"])
    method = try object["method"]
    reference = try object.optional("reference")
    declineReason = try object.optional("declined")
    at = try object["at"]
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("amount", amount.minorUnits)
      $0.field("currency", amount.currency)
      $0.field("method", method)
      $0.field("reference", reference)
      $0.field("declined", declineReason)
      $0.field("at", at)
    }
  }
}
