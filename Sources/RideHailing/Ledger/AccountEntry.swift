public import EventStreams

/// One line of an account.
public struct AccountEntry: Sendable, Hashable {
  /// The journal it belongs to.
  public let journal: String
  /// Why it was booked: `charged`, `earned`, …
  public let kind: String
  /// The ride it is about.
  public let rideID: String
  /// Positive for a credit.
  public let amount: Money
  /// When it counts from.
  public let effectiveAt: Timestamp
}

extension AccountEntry: JSONReadable, JSONWritable {
  /// Reads an entry as it was written.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    journal = try object["journal"]
    kind = try object["kind"]
    rideID = try object["ride"]
    amount = Money(try object["amount"], try object["currency"])
    effectiveAt = try object["effectiveAt"]
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("journal", journal)
      $0.field("kind", kind)
      $0.field("ride", rideID)
      $0.field("amount", amount.minorUnits)
      $0.field("currency", amount.currency)
      $0.field("effectiveAt", effectiveAt)
    }
  }
}
