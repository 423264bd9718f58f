import EventStreams
import EventStreamsOperations

/// What one service has booked in one shard, as it stood at one moment: balances, and journals to be read.
struct ShardLedger: Sendable {
  let service: String
  let shard: Int
  /// `<account>|<currency>` -> minor units, of the accounts that were asked for.
  let balances: [Identifier: String]
  /// As `LedgerState.buckets` has it.
  let counts: [Identifier: String]
  /// The buckets, with those of the streams that were asked for.
  let buckets: [JournalBucket: [ServiceState.StreamPart]]
  /// What has left.
  let closed: ClosedSlices
  /// `<account>|<currency>` -> what has left of it comes to, and how many entries it was; of the accounts that were asked for.
  let closedSums: [Identifier: String]
  let closedCounts: [Identifier: String]
  private let state: ServiceState

  /// A day was closed while its journals were read: what is told would be neither with nor without them.
  struct Changed: Error, CustomStringConvertible {
    var description: String { "a day was closed while its entries were read: ask again" }
  }

  /// Reads what a service has of an account, or of all.
  ///
  /// - Parameter account: nil for all.
  init(_ service: String, shard: Int, _ account: Account? = nil, from state: ServiceState) async throws {
    let slices = account.map { JournalBucket.slices(of: $0) } ?? 0..<JournalBucket.slices
    let fields = account.map { account in Currency.all.map { LedgerState.field(account, $0) } } ?? []
    let kept = [LedgerState.balances, LedgerState.closedSums, LedgerState.closedCounts]
    let hashes = [LedgerState.buckets, LedgerState.closed] + (account == nil ? kept : [])
    var known = Self.buckets(try await state.fields(service, LedgerState.buckets, shard: shard))
    while true {
      let streams = Dictionary(
        uniqueKeysWithValues: known.flatMap { bucket in bucket.streams(slices).map { (Identifier($0), bucket) } })
      let moment = try await state.moment(
        service, shard: shard, fields: kept.map { ($0, fields) }, hashes: hashes, streams: streams.keys.map(\.text))
      let found = Self.buckets(moment.hashes[0])
      guard found.isSubset(of: known) else {
        // One has begun since.
        known = found
        continue
      }
      self.service = service
      self.shard = shard
      self.state = state
      counts = moment.hashes[0]
      closed = ClosedSlices(moment.hashes[1])
      let values = (0..<kept.count).map { index in
        if account == nil { return moment.hashes[2 + index] }
        return zip(fields, moment.values[index]).reduce(into: [Identifier: String]()) { $0[$1.0] = $1.1 }
      }
      (balances, closedSums, closedCounts) = (values[0], values[1], values[2])
      buckets = Dictionary(grouping: moment.streams) { streams[$0.name] }.reduce(into: [:]) { buckets, found in
        if let bucket = found.key { buckets[bucket] = found.value }
      }
      return
    }
  }

  private static func buckets(_ fields: [Identifier: String]) -> Set<JournalBucket> {
    Set(fields.keys.compactMap { JournalBucket(name: $0.text) })
  }

  /// Calls `body` with each journal of some buckets, in the order of each stream.
  ///
  /// - Parameter body: is told of the stream, when it was committed, and the journal.
  /// - Throws: `Changed` if some of them may have left meanwhile; what `body` was told is not to be used then.
  func forEachJournal(
    in buckets: some Sequence<JournalBucket>, _ body: (_ stream: String, EntryID, Journal) throws -> Void
  ) async throws {
    let streams = buckets.flatMap { self.buckets[$0] ?? [] }
    guard !streams.isEmpty else { return }
    try await state.forEachRecord(service, streams, shard: shard, as: Journal.self, body)
    guard ClosedSlices(try await state.fields(service, LedgerState.closed, shard: shard)) == closed else {
      throw Changed()
    }
  }

  /// Does something anew as long as days are closed meanwhile, which is once a day.
  static func unchanged<Result>(_ body: () async throws -> Result) async throws -> Result {
    while true {
      do { return try await body() } catch is Changed {}
    }
  }
}
