public import EventStreams

/// The balances of all accounts, by kind or each of them, and whether they sum to zero.
public struct TrialBalanceReport: Sendable, JSONWritable {
  /// The balances.
  public let balance: TrialBalance
  /// The accounts, or their kinds.
  public let rows: [TrialBalance.Row]

  /// A report.
  ///
  /// - Parameters:
  ///   - balance: all accounts.
  ///   - listsAccounts: each account by itself, and not all of a kind together.
  public init(_ balance: TrialBalance, listsAccounts: Bool) {
    self.balance = balance
    rows = listsAccounts ? balance.rows : balance.byKind
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("balanced", balance.isBalanced)
      $0.field("totals", balance.totals)
      $0.field("accounts", rows)
    }
  }
}
