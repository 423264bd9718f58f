/// One side of a journal: an amount on an account, positive for a credit, negative for a debit.
public struct Posting: Sendable, Hashable {
  /// Where.
  public let account: Account
  /// How much.
  public let amount: Money

  /// Adds to an account.
  public static func credit(_ account: Account, _ amount: Money) -> Posting {
    Posting(account: account, amount: amount)
  }

  /// Takes from an account.
  public static func debit(_ account: Account, _ amount: Money) -> Posting {
    Posting(account: account, amount: -amount)
  }
}
