public import EventStreams

/// The entries of an account over all shards, with its running balance.
public struct AccountStatement: Sendable, JSONWritable {
  /// One line, with the balance after it.
  public struct Line: Sendable, JSONWritable {
    /// The entry.
    public let entry: AccountEntry
    /// When it was booked.
    public let recordedAt: Timestamp
    /// The account's balance in the entry's currency after it.
    public let balance: Money

    /// Writes it as an object.
    public func write(to json: inout JSONWriter) {
      json.object {
        $0.field("journal", entry.journal)
        $0.field("kind", entry.kind)
        $0.field("ride", entry.rideID)
        $0.field("amount", entry.amount.minorUnits)
        $0.field("currency", entry.amount.currency)
        $0.field("effectiveAt", entry.effectiveAt)
        $0.field("recordedAt", recordedAt)
        $0.field("balance", balance.minorUnits)
      }
    }
  }

  /// The account.
  public let account: Account
  /// Its entries in the order they count from.
  public let lines: [Line]
  /// The balance kept beside the entries, per currency; the same as the sum of all entries.
  public let balances: [Money]

  /// Reads an account of both services that keep accounts.
  public static func read(_ account: Account, from state: ServiceState) async throws -> AccountStatement {
    var records: [ServiceState.Record<AccountEntry>] = []
    for service in LedgerState.services {
      records += try await state.records(service, LedgerState.stream(account))
    }
    records.sort { ($0.value.effectiveAt, $0.streamID) < ($1.value.effectiveAt, $1.streamID) }
    var sums: [Currency: Int] = [:]
    let lines = records.map { record in
      let amount = record.value.amount
      let balance = sums[amount.currency, default: 0] + amount.minorUnits
      sums[amount.currency] = balance
      return Line(
        entry: record.value, recordedAt: record.streamID.recordedAt, balance: Money(balance, amount.currency))
    }
    return AccountStatement(account: account, lines: lines, balances: try await balances(account, state, sums.keys))
  }

  private static func balances(
    _ account: Account, _ state: ServiceState, _ currencies: some Sequence<Currency>
  ) async throws -> [Money] {
    var balances: [Money] = []
    for currency in currencies.sorted(by: { $0.code < $1.code }) {
      var sum = 0
      for service in LedgerState.services {
        for found in try await state.field(service, LedgerState.balances, LedgerState.field(account, currency)) {
          sum += Int(found.value) ?? 0
        }
      }
      balances.append(Money(sum, currency))
    }
    return balances
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("account", account.name)
      $0.field("balances", balances)
      $0.field("entries", lines)
    }
  }
}

extension Money: JSONWritable {
  /// `{"amount":1250,"currency":"USD"}`
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("amount", minorUnits)
      $0.field("currency", currency)
    }
  }
}
