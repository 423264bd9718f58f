public import EventStreams
public import EventStreamsOperations

/// Entries of an account with its running balance.
public struct AccountStatement: Sendable, JSONWritable {
  /// One line, with the balance after it.
  public struct Line: Sendable, JSONWritable {
    /// The entry.
    public let entry: AccountEntry
    /// The account's balance in the entry's currency after it.
    public let balance: Money

    /// Writes it as an object.
    public func write(to json: inout JSONWriter) {
      json.object {
        entry.writeFields(to: &$0)
        $0.field("balance", balance.minorUnits)
      }
    }
  }

  /// The account.
  public let account: Account
  /// How many entries the account has in all.
  public let count: Int
  /// The balances before the first line.
  public let opening: [Money]
  /// The entries in the order they count from.
  public let lines: [Line]
  /// The balances after the last line.
  public let balances: [Money]

  /// Reads the entries of an account that are selected.
  ///
  /// - Parameters:
  ///   - limit: of more entries, the last ones.
  ///   - archive: where to look for entries that have left the services' state; nil if it isn't at hand.
  /// - Throws: `ClosedJournals.Needed` if it would have to be.
  public static func read(
    _ account: Account, from state: ServiceState, _ selection: AccountHistory.Selection = .init(), limit: Int? = nil,
    archive: ClosedJournals? = nil
  ) async throws -> AccountStatement {
    try await ShardLedger.unchanged {
      try await statement(of: AccountHistory(account, from: state, archive: archive), selection, limit: limit)
    }
  }

  private static func statement(
    of history: AccountHistory, _ selection: AccountHistory.Selection, limit: Int?
  ) async throws -> AccountStatement {
    var upTo = selection
    upTo.from = nil
    let closing = try await history.sum(upTo)
    let entries = try await history.entries(selection, limit: limit)
    var sums = closing
    for entry in entries { sums[entry.amount.currency, default: 0] -= entry.amount.minorUnits }
    let opening = sums
    let lines = entries.map { entry in
      sums[entry.amount.currency, default: 0] += entry.amount.minorUnits
      return Line(entry: entry, balance: Money(sums[entry.amount.currency, default: 0], entry.amount.currency))
    }
    return AccountStatement(
      account: history.account, count: history.count, opening: opening.amounts, lines: lines,
      balances: closing.amounts)
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) { json.object { writeFields(to: &$0) } }

  /// Writes it as fields of an object.
  public func writeFields(to json: inout JSONWriter) {
    json.field("account", account.name)
    json.field("count", count)
    json.field("opening", opening)
    json.field("balances", balances)
    json.field("entries", lines)
  }
}
