import EventArchive
public import EventStreams
import EventStreamsOperations
public import HiredisClient

/// Has what was kept for long enough leave the services' state, day by day: publishes the event that says so when all that was recorded by
/// then is settled, and the archive has it.
///
/// Any number of processes may do so at the same time.
public struct DayClosing: Sendable {
  private let namespace: Namespace
  private let connection: Connection
  private let keeping: Keeping
  private let services: RideServices
  private let inspector: Inspector
  private let state: ServiceState
  /// How many records leave in one part; more leave in sixteen, so that the server is busy with none for long.
  var mostAtOnce = 10_000

  /// Closes days of a namespace.
  ///
  /// - Parameters:
  ///   - connection: used by nobody else meanwhile.
  ///   - keeping: how long things are kept.
  ///   - services: that keep them.
  public init(namespace: Namespace, connection: Connection, keeping: Keeping, services: RideServices = .standard) {
    self.services = services
    self.namespace = namespace
    self.connection = connection
    self.keeping = keeping
    inspector = Inspector(namespace: namespace, connection: connection)
    state = ServiceState(namespace: namespace, connection: connection)
  }

  /// What became of the oldest day of a shard that is past its time.
  public struct Result: Sendable, Hashable {
    /// The shard.
    public let shard: Int
    /// What leaves.
    public let records: RecordsRemoved.Records
    /// What was recorded before this leaves.
    public let before: Timestamp
    /// What it waits for; nil if it waits for nothing.
    public let heldBy: String?
  }

  /// Looks for the oldest day of each shard that is past its time, and has it leave.
  ///
  /// - Returns: what was found to leave; of a day that is on its way, once more.
  public func run() async throws -> [Result] {
    var results: [Result] = []
    for shard in namespace.shards {
      // The shard's own clock: what comes from now on is recorded later.
      guard let now = try await inspector.extent(shard: shard)?.lastGenerated.recordedAt else { continue }
      if let result = try await closeAccounts(shard, at: now) { results.append(result) }
      if let result = try await closeRides(shard, at: now) { results.append(result) }
    }
    return results
  }

  private func closeAccounts(_ shard: Int, at now: Timestamp) async throws -> Result? {
    let limit = Keeping.firstKept(keeping.accounts, at: now)
    var sizes: [Int64: Int] = [:]
    for service in LedgerState.services {
      for (field, count) in try await state.fields(service, LedgerState.buckets, shard: shard) {
        guard let bucket = JournalBucket(name: field.text), bucket.isOver(before: limit) else { continue }
        sizes[bucket.end, default: 0] += Int(count) ?? 0
      }
    }
    guard let day = sizes.keys.min() else { return nil }
    return try await remove(.accounts, shard, before: day, size: sizes[day] ?? 0) {
      try await openService(
        LedgerState.services + [services.archive.service], shard, before: RecordsRemoved.start(of: day))
    }
  }

  // MARK: Rides

  /// Closes rides, and has those leave that were closed before.
  private func closeRides(_ shard: Int, at now: Timestamp) async throws -> Result? {
    let limit = Keeping.firstKept(keeping.rides, at: now)
    var sizes: [Int64: Int] = [:]
    for service in services.keepingRides {
      for (day, count) in try await state.fields(service, RideRecords.days, shard: shard) {
        if let day = Int64(day.text), day < limit { sizes[day] = max(sizes[day] ?? 0, Int(count) ?? 0) }
      }
    }
    guard let oldest = sizes.keys.min() else { return nil }
    var closed: [ClosedRides] = []
    for service in services.keepingRides {
      let stored = try await state.fields(service, RideRecords.closed, shard: shard)[ClosedRides.field]
      if let rides = try ClosedRides(stored: stored) { closed.append(rides) }
    }
    let isKnown = closed.count == services.keepingRides.count
    if isKnown, let last = closed.map(\.place).max(), let day = closed.map({ $0.earlier ?? .min }).min(), oldest < day {
      // What payment has allowed of these rides stands before the closing: all of that is settled with it.
      return try await remove(.rides, shard, before: oldest + 1, size: sizes[oldest] ?? 0) {
        try await openService(services.keepingRides + [services.archive.service], shard) { $0 > last }
      }
    }
    return try await closeRides(shard, before: limit, after: closed.max { $0.place < $1.place }, at: now)
  }

  /// Closes rides, when all that was logged before the last closing counted is settled.
  private func closeRides(
    _ shard: Int, before day: Int64, after last: ClosedRides?, at now: Timestamp
  ) async throws -> Result? {
    if let last {
      guard last.before < day, last.since <= now.day else { return nil }
      let start = RecordsRemoved.start(of: last.since)
      let holder = try await openService([PaymentService.name], shard) { $0 > last.place && $0.recordedAt >= start }
      // That it has handled the last one says nothing of what came since.
      guard holder == nil else { return nil }
    }
    let closing = RidesClosed(before: day, place: namespace.place(of: shard))
    _ = try await Publisher(namespace: namespace, connection: connection).publish(closing)
    return nil
  }

  private func remove(
    _ records: RecordsRemoved.Records, _ shard: Int, before day: Int64, size: Int,
    unless holder: () async throws -> String?
  ) async throws -> Result {
    let heldBy = if let holder = try await holder() { holder } else { try await distrust(shard) }
    if heldBy == nil {
      let parts = size > mostAtOnce ? RecordsRemoved.sliceCount : 1
      let place = namespace.place(of: shard)
      _ = try await Publisher(namespace: namespace, connection: connection).publish(
        (0..<parts).map { EncodedEvent(RecordsRemoved(records, before: day, part: $0, of: parts, place: place)) })
    }
    return Result(shard: shard, records: records, before: RecordsRemoved.start(of: day), heldBy: heldBy)
  }

  /// The first of some services that has not settled all that was recorded before a moment; nil if all have.
  private func openService(_ services: [String], _ shard: Int, before time: Timestamp) async throws -> String? {
    try await openService(services, shard) { $0.recordedAt >= time }
  }

  /// The first of some services of which the first place that is not settled is not as it must be; nil if there is none.
  private func openService(
    _ services: [String], _ shard: Int, unless isSettled: (_ firstOpen: EntryID) -> Bool
  ) async throws -> String? {
    try await inspector.progress(services, shard: shard).first { !$0.isStarted || !isSettled($0.firstOpen) }?
      .service
  }

  /// Why the archive can't be taken to hold what it was given; nil if it can.
  private func distrust(_ shard: Int) async throws -> String? {
    try await StoreConfirmation(services.archive.service, namespace: namespace, connection: connection)
      .problem(shard: shard, since: .seconds(60)).map { "\(services.archive.service): \($0)" }
  }
}
