public import EventStreams

/// Where a ride's fare has come from so far, in minor units of its currency: the fare is the sum of the rest.
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
  /// What the rider owed, and nobody is asked for any more: the platform bears it.
  public var writtenOff = 0
  /// What of that which went back to cards could not, and is in the wallet: no part of the fare.
  public var inWallet = 0

  /// Nothing.
  public init() {}

  /// True if every minor unit of the fare is accounted for.
  public var addsUp: Bool { fare == card + wallet + cash + owed + refunded + writtenOff }
}

extension PaymentStanding: JSONRecord {
  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    fare = try fields("fare", \.fare, .within(.fare))
    card = try fields("card", \.card, .within(.fare), omitting: 0)
    wallet = try fields("wallet", \.wallet, .within(.fare), omitting: 0)
    cash = try fields("cash", \.cash, .within(.fare), omitting: 0)
    owed = try fields("owed", \.owed, .within(.fare), omitting: 0)
    refunded = try fields("refunded", \.refunded, .within(.fare), omitting: 0)
    writtenOff = try fields("writtenOff", \.writtenOff, .within(.fare), omitting: 0)
    inWallet = try fields("inWallet", \.inWallet, .within(.fare), omitting: 0)
  }
}
