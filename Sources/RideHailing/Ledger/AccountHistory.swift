public import EventStreams
import Synchronization

/// An account's entries over all shards: those that no snapshot covers in memory, the others read when they are needed.
public struct AccountHistory: Sendable {
  /// The account.
  public let account: Account
  /// The balances kept beside the entries, by currency; the same as the sum of all entries.
  public let balances: [Currency: Int]

  private typealias Record = ServiceState.Record<AccountEntry>

  /// Entries of one stream that a snapshot stands for.
  private struct Segment {
    let service: String
    let shard: Int
    let after: StreamID
    let snapshot: AccountSnapshot
    /// Its entries, if they had to be read: a balance and a list want the same ones.
    let entries = ReadEntries()
  }

  private final class ReadEntries: Sendable {
    let records = Mutex<[Record]?>(nil)
  }

  private let state: ServiceState
  private let segments: [Segment]
  private let tail: [Record]

  /// How many entries there are.
  public var count: Int { segments.reduce(tail.count) { $0 + $1.snapshot.count } }

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
    var tail: [Record] = []
    var balances: [Currency: Int] = [:]
    for service in services {
      let snapshots = try await state.records(
        service, LedgerState.snapshotStream(account), as: AccountSnapshot.self)
      var ends: [Int: StreamID] = [:]
      for record in snapshots {
        segments.append(
          Segment(
            service: service, shard: record.shard, after: ends[record.shard] ?? .zero, snapshot: record.value))
        ends[record.shard] = record.value.through
      }
      tail += try await state.records(service, LedgerState.stream(account), after: ends)
      let currencies = Set(snapshots.flatMap(\.value.sums.keys) + tail.map(\.value.amount.currency))
      for currency in currencies {
        for found in try await state.field(service, LedgerState.balances, LedgerState.field(account, currency)) {
          try balances.add(Int(found.value) ?? 0, to: currency)
        }
      }
    }
    self.account = account
    self.state = state
    self.segments = segments
    self.tail = tail
    self.balances = balances
  }

  /// Which entries count.
  public struct Selection: Sendable {
    /// Only what counts from this moment on; nil from the beginning.
    public var from: Timestamp?
    /// Only what counts from before this moment; nil to the end.
    public var before: Timestamp?
    /// Only what was recorded by this moment; nil whenever.
    public var recordedBy: Timestamp?

    /// All entries.
    public init(from: Timestamp? = nil, before: Timestamp? = nil, recordedBy: Timestamp? = nil) {
      self.from = from
      self.before = before
      self.recordedBy = recordedBy
    }

    func holds(_ entry: AccountEntry) -> Bool {
      entry.effectiveAt >= from ?? entry.effectiveAt && before.map { entry.effectiveAt < $0 } != false
        && entry.recordedAt <= recordedBy ?? entry.recordedAt
    }

    /// True if it holds for all of a snapshot's entries, false for none of them; nil if they must be looked at.
    func holds(_ snapshot: AccountSnapshot) -> Bool? {
      let (effective, recorded) = (snapshot.effective, snapshot.recorded)
      if let from, effective.upperBound < from { return false }
      if let before, effective.lowerBound >= before { return false }
      if let recordedBy, recorded.lowerBound > recordedBy { return false }
      let isWhole =
        effective.lowerBound >= from ?? effective.lowerBound && before.map { effective.upperBound < $0 } != false
        && recorded.upperBound <= recordedBy ?? recorded.upperBound
      return isWhole ? true : nil
    }
  }

  /// The sum of the selected entries by currency. Reads only entries of snapshots that lie on both sides of a limit.
  public func sum(_ selection: Selection) async throws -> [Currency: Int] {
    var sums: [Currency: Int] = [:]
    for segment in segments {
      switch selection.holds(segment.snapshot) {
      case true: for (currency, sum) in segment.snapshot.sums { try sums.add(sum, to: currency) }
      case false: break
      case nil: try Self.add(try await entries(of: segment), selection, to: &sums)
      }
    }
    try Self.add(tail, selection, to: &sums)
    return sums
  }

  private static func add(
    _ records: [Record], _ selection: Selection, to sums: inout [Currency: Int]
  ) throws {
    for record in records where selection.holds(record.value) {
      try sums.add(record.value.amount.minorUnits, to: record.value.amount.currency)
    }
  }

  /// The selected entries in the order they count from; of more than `limit` the last ones.
  public func entries(_ selection: Selection, limit: Int? = nil) async throws -> [AccountEntry] {
    if limit == 0 { return [] }
    var found = tail.filter { selection.holds($0.value) }
    // The latest first, until no entry of those that are left can be among the last.
    for segment in segments.sorted(by: { $0.snapshot.effective.upperBound > $1.snapshot.effective.upperBound }) {
      guard selection.holds(segment.snapshot) != false else { continue }
      if let limit, found.count >= limit {
        found.sort(by: Self.isEarlier)
        found.removeFirst(found.count - limit)
        if found[0].value.effectiveAt > segment.snapshot.effective.upperBound { break }
      }
      found += try await entries(of: segment).filter { selection.holds($0.value) }
    }
    found.sort(by: Self.isEarlier)
    return found.suffix(limit ?? found.count).map(\.value)
  }

  private static func isEarlier(_ a: Record, _ b: Record) -> Bool {
    (a.value.effectiveAt, a.value.recordedAt, a.shard, a.streamID)
      < (b.value.effectiveAt, b.value.recordedAt, b.shard, b.streamID)
  }

  private func entries(of segment: Segment) async throws -> [Record] {
    if let known = segment.entries.records.withLock({ $0 }) { return known }
    let records: [Record] = try await state.records(
      segment.service, LedgerState.stream(account), shard: segment.shard, after: segment.after,
      through: segment.snapshot.through)
    segment.entries.records.withLock { $0 = records }
    return records
  }
}
