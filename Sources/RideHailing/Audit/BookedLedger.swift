import EventStreams

/// What one service has booked in one shard.
struct BookedLedger {
  struct Booked {
    /// The ride that it is about; of a movement, the account.
    let ride: String
    let isAboutRide: Bool
    var postings: [BookedPosting] = []
    var isExpected = false

    init(_ journal: Journal) {
      isAboutRide = journal.rideID != nil
      ride =
        journal.rideID ?? (journal.postings.first { $0.account.holder != nil } ?? journal.postings.first)?.account.name
        ?? ""
    }
  }

  /// A journal that no statement of its accounts finds: it stands elsewhere than where it belongs.
  struct Misplaced {
    let journal: String
    let ride: String
    let expected: String
    let found: String
  }

  private(set) var journals: [Identifier: Booked] = [:]
  private(set) var misplaced: [Misplaced] = []
  /// `<account>|<currency>` -> sum of the entries.
  private(set) var folds: [Identifier: Int] = [:]
  private(set) var movements = PaidOut()
  private let balances: [Identifier: String]

  /// Reads it as it stands at one moment.
  init(_ service: String, shard: Int, state: ServiceState) async throws {
    let ledger = try await ShardLedger(service, shard: shard, from: state)
    balances = ledger.balances
    var found: [(stream: String, committed: EntryID, journal: Journal)] = []
    try await ledger.forEachJournal(in: ledger.buckets.keys) { found.append(($0, $1, $2)) }
    for (stream, committed, journal) in found { add(journal, in: stream, committed) }
  }

  private mutating func add(_ journal: Journal, in stream: String, _ committed: EntryID) {
    let bucket = JournalBucket(recordedAt: journal.recordedAt, effectiveAt: journal.effectiveAt)
    let place = bucket.stream(journal.slice)
    if !place.hasSameBytes(as: stream) {
      misplaced.append(
        Misplaced(journal: journal.id, ride: Booked(journal).ride, expected: place, found: stream))
    }
    for posting in journal.postings {
      journals[journal.id, default: Booked(journal)].postings.append(BookedPosting(posting))
      folds[LedgerState.field(posting.account, posting.amount.currency), default: 0] += posting.amount.minorUnits
    }
    movements.add(journal, committed)
  }

  /// The postings of a journal, sorted; the journal counts as expected from now on.
  mutating func take(_ journal: String) -> [BookedPosting] {
    guard journals[journal] != nil else { return [] }
    journals[journal]?.isExpected = true
    return journals[journal]?.postings.sorted() ?? []
  }

  /// Balances that are not the sum of their entries.
  var wrongBalances: [(field: String, expected: Int, found: String)] {
    Set(folds.keys).union(balances.keys).sorted().compactMap { field in
      let (sum, balance) = (folds[field, default: 0], balances[field])
      return Int(balance ?? "0") == sum ? nil : (field.text, sum, balance ?? "nothing")
    }
  }
}
