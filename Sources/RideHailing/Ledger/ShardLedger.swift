import EventStreams

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
  private let state: ServiceState

  /// Reads what a service has of an account, or of all.
  ///
  /// - Parameter account: nil for all.
  init(_ service: String, shard: Int, _ account: Account? = nil, from state: ServiceState) async throws {
    let slices = account.map { JournalBucket.slices(of: $0) } ?? 0..<JournalBucket.slices
    let fields = account.map { account in Currency.all.map { LedgerState.field(account, $0) } } ?? []
    let hashes = [LedgerState.buckets] + (account == nil ? [LedgerState.balances] : [])
    var known = Self.buckets(try await state.fields(service, LedgerState.buckets, shard: shard))
    while true {
      let streams = Dictionary(
        uniqueKeysWithValues: known.flatMap { bucket in bucket.streams(slices).map { (Identifier($0), bucket) } })
      let moment = try await state.moment(
        service, shard: shard, fields: (LedgerState.balances, known.isEmpty ? [] : fields), hashes: hashes,
        streams: streams.keys.map(\.text))
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
      var balances = account == nil ? moment.hashes[1] : [:]
      for (field, value) in zip(fields, moment.values) { balances[field] = value }
      self.balances = balances
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
  func forEachJournal(
    in buckets: some Sequence<JournalBucket>, _ body: (_ stream: String, EntryID, Journal) throws -> Void
  ) async throws {
    try await state.forEachRecord(
      service, buckets.flatMap { self.buckets[$0] ?? [] }, shard: shard, as: Journal.self, body)
  }
}
