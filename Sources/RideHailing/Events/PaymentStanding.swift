public import EventStreams

/// Where a ride's fare has come from so far, in minor units of its currency: the fare is the sum of all the rest.
public struct PaymentStanding: Sendable, Hashable {
  /// The fare as corrected.
  public var fare = 0
  /// Captured from cards, less what went back.
  public var card = 0
  /// Taken from the wallet, less what went back.
  public var wallet = 0
  /// Received by the driver, less what went back into the wallet.
  public var cash = 0
  /// What the rider still owes.
  public var owed = 0
  /// What the platform has given the rider of it: to where the money came from, or off what was owed.
  public var refunded = 0

  /// Nothing.
  public init() {}

  /// True if every minor unit of the fare is accounted for.
  public var addsUp: Bool { fare == card + wallet + cash + owed + refunded }
}

extension PaymentStanding: JSONReadable, JSONWritable {
  /// Items that are missing are 0.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    fare = try object["fare"]
    card = try object.optional("card") ?? 0
    wallet = try object.optional("wallet") ?? 0
    cash = try object.optional("cash") ?? 0
    owed = try object.optional("owed") ?? 0
    refunded = try object.optional("refunded") ?? 0
    for (amount, field) in [
      (fare, "fare"), (card, "card"), (wallet, "wallet"), (cash, "cash"), (owed, "owed"), (refunded, "refunded"),
    ] { try Quantity.fare.check(amount, field) }
  }

  /// Items that are 0 are left out.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("fare", fare)
      if card != 0 { $0.field("card", card) }
      if wallet != 0 { $0.field("wallet", wallet) }
      if cash != 0 { $0.field("cash", cash) }
      if owed != 0 { $0.field("owed", owed) }
      if refunded != 0 { $0.field("refunded", refunded) }
    }
  }
}
