public import EventStreams
import Synchronization

/// An account's entries over all shards. What a question is not about, going by the buckets that journals lie in, is not read.
public struct AccountHistory: Sendable {
  /// The account.
  public let account: Account
  /// The balances kept beside the journals, by currency; the same as the sum of all entries.
  public let balances: [Currency: Int]
  /// How many entries there are, by currency.
  private let counts: [Currency: Int]
  private let segments: [Segment]

  /// How many entries there are.
  public var count: Int { counts.values.reduce(0, +) }

  /// Reads an account of all services that keep accounts.
  public init(_ account: Account, from state: ServiceState) async throws {
    try await self.init(account, of: LedgerState.services, from: state)
  }

  /// What a driver has taken in cash so far, and keeps: what the driver service has taken over of it.
  public static func cash(heldBy driver: String, from state: ServiceState) async throws -> AccountHistory {
    try await AccountHistory(.cash(driver: driver), of: ["driver"], from: state)
  }

  private init(_ account: Account, of services: [String], from state: ServiceState) async throws {
    var segments: [Segment] = []
    var balances: [Currency: Int] = [:]
    var counts: [Currency: Int] = [:]
    for service in services {
      for shard in state.shards {
        let ledger = try await ShardLedger(service, shard: shard, account, from: state)
        let found = ledger.buckets.keys.map { Segment(ledger: ledger, bucket: $0, account: account) }
        for (currency, count) in try await Self.counts(account, ledger, found) { counts[currency, default: 0] += count }
        for (field, value) in ledger.balances {
          guard let currency = LedgerState.account(ofField: field.text)?.currency else { continue }
          try balances.add(Int(value) ?? 0, to: currency)
        }
        segments += found
      }
    }
    self.account = account
    self.balances = balances
    self.counts = counts
    // The latest first.
    self.segments = segments.sorted { $0.bucket.effective.upperBound > $1.bucket.effective.upperBound }
  }

  /// How many entries one service has of an account in one shard: of one that nearly every journal touches, that is kept.
  private static func counts(
    _ account: Account, _ ledger: ShardLedger, _ segments: [Segment]
  ) async throws -> [Currency: Int] {
    var counts: [Currency: Int] = [:]
    guard account.holder != nil else {
      for (field, count) in ledger.counts {
        guard let bar = field.text.utf8.firstIndex(of: UInt8(ascii: "|")),
          let found = LedgerState.account(ofField: String(field.text[field.text.utf8.index(after: bar)...])),
          found.account == account
        else { continue }
        counts[found.currency, default: 0] += Int(count) ?? 0
      }
      return counts
    }
    for segment in segments {
      for record in try await segment.records() { counts[record.entry.amount.currency, default: 0] += 1 }
    }
    return counts
  }

  /// The sum of the selected entries by currency: the balance, less what is not selected. Only that is read.
  public func sum(_ selection: Selection) async throws -> [Currency: Int] {
    var (sums, counts) = (balances, counts)
    for segment in segments where !selection.holdsAll(of: segment.bucket) {
      for record in try await segment.records() where !selection.holds(record.entry) {
        try sums.add(-record.entry.amount.minorUnits, to: record.entry.amount.currency)
        counts[record.entry.amount.currency, default: 0] -= 1
      }
    }
    return sums.filter { counts[$0.key, default: 0] > 0 }
  }

  /// The selected entries in the order they count from; of more than `limit` the last ones.
  public func entries(_ selection: Selection, limit: Int? = nil) async throws -> [AccountEntry] {
    if limit == 0 { return [] }
    var found: [Record] = []
    // Until no entry of those that are left can be among the last.
    for segment in segments where !selection.holdsNone(of: segment.bucket) {
      if let limit, found.count >= limit {
        found.sort(by: Record.isEarlier)
        found.removeFirst(found.count - limit)
        if found[0].entry.effectiveAt >= segment.bucket.effective.upperBound { break }
      }
      found += try await segment.records().filter { selection.holds($0.entry) }
    }
    found.sort(by: Record.isEarlier)
    return found.suffix(limit ?? found.count).map(\.entry)
  }

  /// An entry, and where it stands.
  private struct Record {
    let shard: Int
    let entryID: EntryID
    let entry: AccountEntry

    static func isEarlier(_ a: Record, _ b: Record) -> Bool {
      (a.entry.effectiveAt, a.entry.recordedAt, a.shard, a.entryID)
        < (b.entry.effectiveAt, b.entry.recordedAt, b.shard, b.entryID)
    }
  }

  /// The account's part of a bucket.
  private struct Segment: Sendable {
    let ledger: ShardLedger
    let bucket: JournalBucket
    let account: Account
    /// Its entries, if they had to be read: a balance and a list want the same ones.
    private let known = KnownRecords()

    init(ledger: ShardLedger, bucket: JournalBucket, account: Account) {
      self.ledger = ledger
      self.bucket = bucket
      self.account = account
    }

    func records() async throws -> [Record] {
      if let records = known.records.withLock({ $0 }) { return records }
      var records: [Record] = []
      try await ledger.forEachJournal(in: [bucket]) { _, entryID, journal in
        for posting in journal.postings where posting.account == account {
          records.append(Record(shard: ledger.shard, entryID: entryID, entry: journal.entry(posting)))
        }
      }
      known.records.withLock { $0 = records }
      return records
    }
  }

  private final class KnownRecords: Sendable {
    let records = Mutex<[Record]?>(nil)
  }
}
