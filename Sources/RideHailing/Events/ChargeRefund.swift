public import EventStreams

/// What went back of one charge of a ride.
public struct ChargeRefund: Sendable, Hashable {
  /// The charge.
  public var charge: String
  /// Where the charge had come from.
  public var source: Payment.Method
  /// In minor units.
  public var amount: Int
  /// The gateway's name for the refund; nil for what went into the wallet.
  public var reference: String?
}

extension ChargeRefund: JSONReadable, JSONWritable {
  /// Reads it as it was written.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    charge = try object["charge"]
    source = try object["source"]
    amount = try object["amount"]
    reference = try object.optional("reference")
    try FreeText.check(charge, "charge")
    try Quantity.fare.check(amount, "amount")
    try FreeText.check(reference, "reference")
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("charge", charge)
      $0.field("source", source)
      $0.field("amount", amount)
      $0.field("reference", reference)
    }
  }
}
