/// How a dispute stands, as a gateway says.
public struct DisputeAnswer: Sendable, Hashable {
  /// What is contested; nil for all of the charge.
  public var amount: Money?
  /// What the bank says: `fraudulent`, …
  public var reason: String
  /// How it stands.
  public var status: RideDispute.Status
  /// What the gateway has taken for it; nil for nothing.
  public var fee: Money?

  /// How it stands.
  public init(amount: Money?, reason: String, status: RideDispute.Status, fee: Money? = nil) {
    self.amount = amount
    self.reason = reason
    self.status = status
    self.fee = fee
  }
}
