public import EventStreams

/// What became of a ride's receipt.
public struct Receipt: Sendable, Hashable {
  /// The ride.
  public let rideID: String
  /// Where it was sent; nil if the rider has no address.
  public let email: String?
  /// The mail's own name; nil if none was sent.
  public let messageID: String?
  /// What the ride cost.
  public let amount: Money
  /// When the ride was completed.
  public let at: Timestamp

  /// Hash: ride -> receipt.
  static let hash = "receipts"
}

extension Receipt: JSONReadable, JSONWritable {
  /// Reads a record as it was written.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    rideID = try object["ride"]
    email = try object.optional("email")
    messageID = try object.optional("messageId")
    amount = Money(try object["amount"], try object["currency"])
    at = try object["at"]
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("ride", rideID)
      $0.field("email", email)
      $0.field("messageId", messageID)
      $0.field("amount", amount.minorUnits)
      $0.field("currency", amount.currency)
      $0.field("at", at)
    }
  }
}
