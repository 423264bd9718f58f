import EventStreams

/// What snapshots take in of an account's entry, and so all that is read of it for them.
struct AccountMovement: JSONReadable, Sendable {
  let amount: Money
  let effectiveAt: Timestamp
  let recordedAt: Timestamp

  /// Reads it from an entry as it was written.
  init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    amount = Money(try object["amount"], try object["currency"])
    effectiveAt = try object["effectiveAt"]
    recordedAt = try object["recordedAt"]
  }
}
