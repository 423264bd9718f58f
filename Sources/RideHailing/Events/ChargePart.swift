public import EventStreams

/// What was captured of one charge, where a ride was paid by several.
public struct ChargePart: Sendable, Hashable {
  /// The gateway's name for the charge.
  public var charge: String
  /// In minor units.
  public var amount: Int

  /// A part of what was paid.
  public init(charge: String, amount: Int) {
    self.charge = charge
    self.amount = amount
  }
}

extension ChargePart: JSONRecord {
  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    charge = try fields("charge", \.charge, .text())
    amount = try fields("amount", \.amount, .within(.fare))
  }
}
