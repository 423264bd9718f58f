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

extension ChargeRefund: JSONRecord {
  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    charge = try fields("charge", \.charge, .text())
    source = try fields("source", \.source)
    amount = try fields("amount", \.amount, .within(.fare))
    reference = try fields.optional("reference", \.reference, .text())
  }
}
