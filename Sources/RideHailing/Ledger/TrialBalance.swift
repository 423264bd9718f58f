public import EventStreams

/// All accounts' balances per currency. Their sum is zero, because every journal's is.
public struct TrialBalance: Sendable {
  /// An account's balance in one currency.
  public struct Row: Sendable, Hashable, JSONWritable {
    /// The account.
    public let account: Account
    /// Its balance.
    public let balance: Money

    /// Writes it as an object.
    public func write(to json: inout JSONWriter) {
      json.object {
        $0.field("account", account.name)
        $0.field("amount", balance.minorUnits)
        $0.field("currency", balance.currency)
      }
    }
  }

  /// One row per account and currency, by currency and account.
  public let rows: [Row]

  /// Reads the balances of all accounts: what is kept beside the entries or, of a past moment, what counted by then.
  public static func read(from state: ServiceState, at time: Timestamp? = nil) async throws -> TrialBalance {
    var sums: [Identifier: Int] = [:]
    for service in LedgerState.services {
      if let time {
        let names = try await state.names(service, prefix: BookedPosting.streamPrefix)
        for (shard, streams) in names {
          try await state.forEachRecord(service, streams: streams.map(\.text), shard: shard, as: AccountEntry.self) {
            stream, entry in
            guard entry.effectiveAt <= time else { return }
            let account = Account(name: stream.droppingBytes(of: BookedPosting.streamPrefix))
            try sums.add(entry.amount.minorUnits, to: Identifier(LedgerState.field(account, entry.amount.currency)))
          }
        }
      } else {
        for found in try await state.hash(service, LedgerState.balances) {
          try sums.add(Int(found.value.value) ?? 0, to: Identifier(found.value.field))
        }
      }
    }
    return TrialBalance(
      rows: sums.compactMap { field, sum in
        guard let (account, currency) = LedgerState.account(ofField: field.text) else { return nil }
        return Row(account: account, balance: Money(sum, currency))
      }
      .sorted(by: precedes))
  }

  /// The sum of all accounts, per currency: zero.
  public var totals: [Money] { [Currency: Int](summing: rows.map(\.balance)).amounts }

  /// True if every currency's sum is zero.
  public var isBalanced: Bool { totals.allSatisfy { $0.minorUnits == 0 } }

  /// The accounts of one kind taken together: all riders, all drivers, …
  public var byKind: [Row] {
    Dictionary(grouping: rows) { $0.account.kind }
      .flatMap { kind, rows in
        [Currency: Int](summing: rows.map(\.balance)).amounts.map { Row(account: Account(name: kind), balance: $0) }
      }
      .sorted(by: Self.precedes)
  }

  /// By currency and account.
  private static func precedes(_ a: Row, _ b: Row) -> Bool {
    (a.balance.currency.code, Identifier(a.account.name)) < (b.balance.currency.code, Identifier(b.account.name))
  }
}
