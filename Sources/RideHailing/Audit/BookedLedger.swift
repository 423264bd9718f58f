import EventStreams
import EventStreamsOperations

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
  private(set) var movements: PaidOut
  private let balances: [Identifier: String]
  /// What has left, and what is kept of it.
  let closed: ClosedSlices
  private let closedSums: [Identifier: String]
  private let closedCounts: [Identifier: String]
  /// The same as it must be: what has passed by and must have left.
  private var carriedSums: [Identifier: Int] = [:]
  private var carriedCounts: [Identifier: Int] = [:]

  /// Reads it as it stands at one moment.
  init(_ service: String, shard: Int, state: ServiceState) async throws {
    self = try await ShardLedger.unchanged {
      let ledger = try await ShardLedger(service, shard: shard, from: state)
      var found: [(stream: String, committed: EntryID, journal: Journal)] = []
      try await ledger.forEachJournal(in: ledger.buckets.keys) { found.append(($0, $1, $2)) }
      var booked = BookedLedger(ledger)
      for (stream, committed, journal) in found { booked.add(journal, in: stream, committed) }
      return booked
    }
  }

  private init(_ ledger: ShardLedger) {
    balances = ledger.balances
    closed = ledger.closed
    (closedSums, closedCounts) = (ledger.closedSums, ledger.closedCounts)
    folds = closedSums.mapValues { Int($0) ?? 0 }
    movements = PaidOut(after: folds, until: closed.end(of: 0..<JournalBucket.slices))
  }

  private mutating func add(_ journal: Journal, in stream: String, _ committed: EntryID) {
    let bucket = JournalBucket(recordedAt: journal.recordedAt, effectiveAt: journal.effectiveAt)
    let place = bucket.stream(journal.slice)
    if !place.hasSameBytes(as: stream) {
      misplaced.append(
        Misplaced(journal: journal.id, ride: Booked(journal).ride, expected: place, found: stream))
    }
    guard !closed.hold(stream: stream) else {
      misplaced.append(
        Misplaced(
          journal: journal.id, ride: Booked(journal).ride, expected: "nothing: its day is closed", found: stream))
      return
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

  /// Takes in a part of a journal that has left, as its event says that it was.
  mutating func carry(_ journal: Journal) {
    journals[journal.id, default: Booked(journal)].isExpected = true
    for posting in journal.postings {
      journals[journal.id]?.postings.append(BookedPosting(posting))
      let field = Identifier(LedgerState.field(posting.account, posting.amount.currency))
      carriedSums[field, default: 0] += posting.amount.minorUnits
      carriedCounts[field, default: 0] += 1
    }
  }

  /// Where what is kept of what has left is not what must have.
  var wrongClosings: [(key: String, expected: String, found: String)] {
    func differences(_ hash: String, _ expected: [Identifier: Int], _ found: [Identifier: String])
      -> [(key: String, expected: String, found: String)]
    {
      Set(expected.keys).union(found.keys).sorted().compactMap { field in
        let (sum, kept) = (String(expected[field] ?? 0), found[field] ?? "0")
        return sum == kept ? nil : ("\(hash)[\(field)]", sum, kept)
      }
    }
    // Entries of some accounts are counted when the last slice has left.
    return differences(LedgerState.closedSums, carriedSums, closedSums)
      + (closed.areEven ? differences(LedgerState.closedCounts, carriedCounts, closedCounts) : [])
  }

  /// Balances that are not the sum of their entries.
  var wrongBalances: [(field: String, expected: Int, found: String)] {
    Set(folds.keys).union(balances.keys).sorted().compactMap { field in
      let (sum, balance) = (folds[field, default: 0], balances[field])
      return Int(balance ?? "0") == sum ? nil : (field.text, sum, balance ?? "nothing")
    }
  }
}
