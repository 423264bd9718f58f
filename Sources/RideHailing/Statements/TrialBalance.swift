public import EventStreams
public import EventStreamsOperations

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

  /// Reads the balances of all accounts: what is kept beside the journals or, of a past moment, that less what counts from later. Accounts
  /// that come to nothing by that are left out.
  ///
  /// - Parameter archive: where to look for entries that have left the services' state; nil if it isn't at hand.
  /// - Throws: `ClosedJournals.Needed` if it would have to be.
  public static func read(
    from state: ServiceState, at time: Timestamp? = nil, archive: ClosedJournals? = nil
  ) async throws -> TrialBalance {
    try await ShardLedger.unchanged { try await balance(from: state, at: time, archive) }
  }

  private static func balance(
    from state: ServiceState, at time: Timestamp?, _ archive: ClosedJournals?
  ) async throws -> TrialBalance {
    var sums: [Identifier: Int] = [:]
    var changed: Set<Identifier> = []
    for service in LedgerState.services {
      for shard in state.shards {
        let ledger = try await ShardLedger(service, shard: shard, from: state)
        for (field, value) in ledger.balances { try sums.add(Int(value) ?? 0, to: field) }
        guard let time else { continue }
        func leaveOut(_ journal: Journal) throws {
          guard journal.effectiveAt > time else { return }
          for posting in journal.postings {
            let field = Identifier(LedgerState.field(posting.account, posting.amount.currency))
            try sums.add(-posting.amount.minorUnits, to: field)
            changed.insert(field)
          }
        }
        try await ledger.forEachJournal(in: ledger.buckets.keys.filter { $0.effective.upperBound > time }) {
          try leaveOut($2)
        }
        guard let end = ledger.closed.end(of: 0..<JournalBucket.slices), end > time, !ledger.closedSums.isEmpty else {
          continue
        }
        guard let archive else { throw ClosedJournals.Needed(what: "entries", before: end) }
        try await archive.forEach(service, shard: shard, before: end) { stream, _, journal in
          if ledger.closed.hold(stream: stream) { try leaveOut(journal) }
        }
      }
    }
    for field in changed where sums[field] == 0 { sums[field] = nil }
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
