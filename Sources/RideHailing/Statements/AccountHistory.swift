import EventStreams
public import EventStreamsOperations
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
  ///
  /// - Parameter archive: where to look for entries that have left the services' state; nil if it isn't at hand.
  public init(_ account: Account, from state: ServiceState, archive: ClosedJournals? = nil) async throws {
    let services = LedgerState.services
    self = try await ShardLedger.unchanged {
      try await AccountHistory(account, of: services, from: state, archive: archive)
    }
  }

  /// What a driver has taken in cash so far, and keeps: what the driver service has taken over of it.
  public static func cash(
    heldBy driver: String, from state: ServiceState, archive: ClosedJournals? = nil
  ) async throws -> AccountHistory {
    try await ShardLedger.unchanged {
      try await AccountHistory(.cash(driver: driver), of: [LedgerState.drivers], from: state, archive: archive)
    }
  }

  private init(
    _ account: Account, of services: [String], from state: ServiceState, archive: ClosedJournals?
  ) async throws {
    var segments: [Segment] = []
    var balances: [Currency: Int] = [:]
    var counts: [Currency: Int] = [:]
    for service in services {
      for shard in state.shards {
        let ledger = try await ShardLedger(service, shard: shard, account, from: state)
        let found = ledger.buckets.keys.map { Segment($0, of: account, in: ledger) }
        for (currency, count) in try await Self.counts(account, ledger, found) { counts[currency, default: 0] += count }
        for (field, value) in ledger.balances {
          guard let currency = LedgerState.account(ofField: field.text)?.currency else { continue }
          try balances.add(Int(value) ?? 0, to: currency)
        }
        segments += found
        for (field, count) in ledger.closedCounts {
          guard let found = LedgerState.account(ofField: field.text), found.account == account else { continue }
          try counts.add(Int(count) ?? 0, to: found.currency)
        }
        let slices = JournalBucket.slices(of: account)
        guard let end = ledger.closed.end(of: slices), !ledger.closedSums.isEmpty else { continue }
        segments.append(Segment(closedBefore: end, of: account, in: ledger, archive))
      }
    }
    self.account = account
    self.balances = balances
    self.counts = counts
    // The latest first.
    self.segments = segments.sorted { $0.span.effective.upperBound > $1.span.effective.upperBound }
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
  ///
  /// - Throws: `ClosedJournals.Needed` if some of that is in an archive which isn't at hand.
  public func sum(_ selection: Selection) async throws -> [Currency: Int] {
    var (sums, counts) = (balances, counts)
    for segment in segments where !selection.holdsAll(of: segment.span) {
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
    for segment in segments where !selection.holdsNone(of: segment.span) {
      if let limit, found.count >= limit {
        found.sort(by: Record.isEarlier)
        found.removeFirst(found.count - limit)
        if found[0].entry.effectiveAt >= segment.span.effective.upperBound { break }
      }
      found += try await segment.records().filter { selection.holds($0.entry) }
    }
    found.sort(by: Record.isEarlier)
    return found.suffix(limit ?? found.count).map(\.entry)
  }

  /// An entry, and where it stands.
  private struct Record {
    let shard: Int
    let isOfDriver: Bool
    /// When it was committed, or in its place when its event was logged: the same order within a service.
    let entryID: EntryID
    let entry: AccountEntry

    /// The entries of a journal on an account.
    static func all(of account: Account, in journal: Journal, _ ledger: ShardLedger, _ entryID: EntryID) -> [Record] {
      journal.postings.filter { $0.account == account }.map {
        Record(
          shard: ledger.shard, isOfDriver: ledger.service == LedgerState.drivers, entryID: entryID,
          entry: journal.entry($0))
      }
    }

    static func isEarlier(_ a: Record, _ b: Record) -> Bool {
      guard (a.entry.effectiveAt, a.entry.recordedAt, a.shard) == (b.entry.effectiveAt, b.entry.recordedAt, b.shard)
      else {
        return (a.entry.effectiveAt, a.entry.recordedAt, a.shard) < (b.entry.effectiveAt, b.entry.recordedAt, b.shard)
      }
      // The rider pays before the driver earns.
      return (a.isOfDriver ? 1 : 0, a.entryID) < (b.isOfDriver ? 1 : 0, b.entryID)
    }
  }

  /// The account's part of a bucket, or of what has left.
  private struct Segment: Sendable {
    let span: JournalSpan
    private let read: @Sendable () async throws -> [Record]
    /// Its entries, if they had to be read: a balance and a list want the same ones.
    private let known = KnownRecords()

    init(_ bucket: JournalBucket, of account: Account, in ledger: ShardLedger) {
      span = JournalSpan(bucket)
      read = {
        var records: [Record] = []
        try await ledger.forEachJournal(in: [bucket]) { _, entryID, journal in
          records += Record.all(of: account, in: journal, ledger, entryID)
        }
        return records
      }
    }

    init(closedBefore end: Timestamp, of account: Account, in ledger: ShardLedger, _ archive: ClosedJournals?) {
      span = JournalSpan(before: end)
      read = {
        guard let archive else { throw ClosedJournals.Needed(what: "entries of \(account)", before: end) }
        var records: [Record] = []
        try await archive.forEach(ledger.service, shard: ledger.shard, before: end) { stream, entryID, journal in
          guard ledger.closed.hold(stream: stream) else { return }
          records += Record.all(of: account, in: journal, ledger, entryID)
        }
        return records
      }
    }

    func records() async throws -> [Record] {
      if let records = known.records.withLock({ $0 }) { return records }
      let records = try await read()
      known.records.withLock { $0 = records }
      return records
    }
  }

  private final class KnownRecords: Sendable {
    let records = Mutex<[Record]?>(nil)
  }
}
