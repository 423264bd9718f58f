/// That a refund has failed after all, as a gateway says: the card could not have the money.
public struct RefundAnswer: Sendable, Hashable {
  /// What has come back to us; nil for all that had gone back of the charge.
  public var amount: Money?
  /// Why: `lost or stolen card`, …
  public var reason: String

  /// That it has failed.
  public init(amount: Money?, reason: String) {
    self.amount = amount
    self.reason = reason
  }
}
