import EventStreams
import EventStreamsOperations

/// What is payable to the drivers of a shard for a week, by what was recorded before a run began.
struct WeekBalances {
  private struct Sums {
    /// Of all that counts from before the week's end.
    var untilEnd = 0
    /// Of all there is.
    var all = 0
    /// What was paid out since the week's end, less what came back.
    var paidSince = 0
  }

  private var drivers: [Identifier: Sums] = [:]
  /// The city that pays.
  private let city: String
  /// Driver -> the city that does.
  private let homes: [Identifier: String]

  private init(city: String, homes: [Identifier: String]) {
    (self.city, self.homes) = (city, homes)
  }

  /// Reads them.
  ///
  /// - Throws: a `RequestRefused` if the week is so long ago that entries have left.
  static func read(
    _ rules: PayoutRunStarted, recordedBefore place: EntryID, shard: Int, from state: ServiceState
  ) async throws -> WeekBalances {
    try await ShardLedger.unchanged {
      let ledger = try await ShardLedger(LedgerState.drivers, shard: shard, from: state)
      if let end = ledger.closed.end(of: 0..<JournalBucket.slices), rules.before < end {
        throw RequestRefused.refusal(
          "entries from before \(end) have left the driver service's state, and the week ended at \(rules.before): a week is paid before that"
        )
      }
      let homes = try await state.fields(LedgerState.drivers, DriverHome.hash, shard: shard)
      var balances = WeekBalances(city: rules.city, homes: homes)
      for (field, sum) in ledger.closedSums {
        guard let (account, currency) = LedgerState.account(ofField: field.text), currency == rules.currency else {
          continue
        }
        // All of it is from before the week's end.
        balances.add(Int(sum) ?? 0, to: account) { $0.untilEnd += $1 }
      }
      try await ledger.forEachJournal(in: ledger.buckets.keys) { _, _, journal in
        guard journal.recordedAt < place.recordedAt else { return }
        for posting in journal.postings where posting.amount.currency == rules.currency {
          balances.add(posting.amount.minorUnits, to: posting.account) { sums, amount in
            if journal.effectiveAt < rules.before {
              sums.untilEnd += amount
            } else if journal.kind == .paidOut || journal.kind == .returned {
              sums.paidSince += amount
            }
          }
        }
      }
      return balances
    }
  }

  private mutating func add(_ amount: Int, to account: Account, _ more: (inout Sums, Int) -> Void) {
    guard account.kind == AccountHolder.Kind.driver.rawValue, let holder = account.holder, let name = String(holder)
    else { return }
    // One of whom nothing is known, since before that was kept, is paid by whoever comes first.
    guard homes[Identifier(name)].map({ $0.hasSameBytes(as: city) }) != false else { return }
    var sums = drivers[name] ?? Sums()
    sums.all += amount
    more(&sums, amount)
    drivers[name] = sums
  }

  /// What is to be paid, by driver: what the week has come to less what was paid since, never more than is there, less what is held back; not
  /// what is below the minimum.
  func due(_ rules: PayoutRunStarted) -> [(driver: String, amount: Int)] {
    drivers.keys.sorted().compactMap { driver in
      guard let sums = drivers[driver] else { return nil }
      let amount = min(sums.untilEnd + min(0, sums.paidSince), sums.all) - rules.holdBack
      return amount >= max(1, rules.minimum) ? (driver.text, amount) : nil
    }
  }
}
