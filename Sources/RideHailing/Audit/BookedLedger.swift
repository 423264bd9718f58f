import EventStreams

/// What one service has booked in one shard.
struct BookedLedger {
  struct Journal {
    /// The ride that it is about; of a movement, the account.
    var ride: String
    var isAboutRide: Bool
    var postings: [BookedPosting] = []
    var isExpected = false
  }

  let service: String
  private(set) var journals: [Identifier: Journal] = [:]
  /// Money that went out of an account on which there was less.
  struct Overdraft {
    let account: Account
    let journal: String
    let amount: Money
    let before: Money
  }

  /// In the order in which they were committed.
  private(set) var overdrafts: [Overdraft] = []
  /// `<account>|<currency>` -> sum of the entries.
  private(set) var folds: [Identifier: Int] = [:]
  private let balances: [Identifier: String]

  /// Reads it: the balances first, so that what is booked meanwhile can be told.
  init(_ service: String, shard: Int, streams: Set<Identifier>, state: ServiceState) async throws {
    self.service = service
    balances = try await state.fields(service, LedgerState.balances, shard: shard)
    var journals: [Identifier: Journal] = [:]
    var folds: [Identifier: Int] = [:]
    var overdrafts: [Overdraft] = []
    // An account opened since the streams were listed is found by its balance.
    let known = balances.keys.compactMap { field in
      LedgerState.account(ofField: field.text).map { Identifier(LedgerState.stream($0.account)) }
    }
    try await state.forEachRecord(
      service, streams: streams.union(known).map(\.text), shard: shard, as: AccountEntry.self
    ) {
      stream, entry in
      let posting = BookedPosting(entry, stream: stream)
      let balance = LedgerState.field(posting.account, entry.amount.currency)
      journals[
        entry.journal,
        default: Journal(ride: entry.rideID ?? posting.account.name, isAboutRide: entry.rideID != nil)
      ].postings.append(posting)
      let before = folds[balance, default: 0]
      folds[balance] = before + entry.amount.minorUnits
      if entry.kind == .paidOut || entry.kind == .withdrew, entry.amount.minorUnits < 0,
        before + entry.amount.minorUnits < 0
      {
        overdrafts.append(
          Overdraft(
            account: posting.account, journal: entry.journal, amount: -entry.amount,
            before: Money(before, entry.amount.currency)))
      }
    }
    self.journals = journals
    self.folds = folds
    self.overdrafts = overdrafts
  }

  /// The postings of a journal, sorted; the journal counts as expected from now on.
  mutating func take(_ journal: String) -> [BookedPosting] {
    guard journals[journal] != nil else { return [] }
    journals[journal]?.isExpected = true
    return journals[journal]?.postings.sorted() ?? []
  }

  /// Balances that are not the sum of their entries, looked at again in one step: a commit may have come in between.
  func wrongBalances(shard: Int, state: ServiceState) async throws -> [(field: String, expected: Int, found: String)] {
    var wrong: [(field: String, expected: Int, found: String)] = []
    for field in Set(folds.keys).union(balances.keys).sorted() {
      guard Int(balances[field] ?? "0") != folds[field, default: 0] else { continue }
      guard let (account, currency) = LedgerState.account(ofField: field.text) else { continue }
      let again = try await state.atOnce(
        service, hash: LedgerState.balances, field: field.text, stream: LedgerState.stream(account),
        shard: shard, as: AccountEntry.self)
      let sum = again.records.filter { $0.amount.currency == currency }.reduce(0) { $0 + $1.amount.minorUnits }
      if Int(again.value ?? "0") != sum { wrong.append((field.text, sum, again.value ?? "nothing")) }
    }
    return wrong
  }
}
