public import EventStreams
import EventStreamsOperations
public import HiredisClient

/// The payouts of drivers' weeks: ordered, and told to the bank in a file.
///
/// What is to be paid is reckoned once, by what was recorded before the run began, and asked for under names that follow from city, week and
/// driver. Whoever is cut short goes on by running it again; when all is ordered, the run is closed, and from then on the file is only written.
public struct Payouts: Sendable {
  private let namespace: Namespace
  private let connection: Connection
  private let state: ServiceState
  private let inspector: Inspector

  /// Events that are published together.
  private static let batch = 500

  /// Payouts of a namespace.
  ///
  /// - Parameter connection: used by nobody else meanwhile.
  public init(namespace: Namespace, connection: Connection) {
    self.namespace = namespace
    self.connection = connection
    state = ServiceState(namespace: namespace, connection: connection)
    inspector = Inspector(namespace: namespace, connection: connection)
  }

  /// The driver service has not done in time what a run waits for; run again, it goes on.
  public struct NotInTime: Error, Sendable, CustomStringConvertible {
    /// What it says to people.
    public let description: String
  }

  /// What a run has come to.
  public struct Result: Sendable {
    /// The run, which is closed.
    public let run: PayoutRun
    /// Its payouts that were ordered, those that have come back since among them, by name.
    public let payouts: [(name: String, record: PayoutRecord)]
    /// Who was to be paid, and is not in the file of payees: it is carried on.
    public let unknown: [(driver: String, amount: Money)]
  }

  /// Pays the drivers of a city for a week; done again, it comes to the same.
  ///
  /// - Parameters:
  ///   - order: what is asked for.
  ///   - payees: who can be paid.
  ///   - patience: how long to wait for the driver service.
  public func run(_ order: PayoutOrder, to payees: Payees, patience: Duration) async throws -> Result {
    let deadline = ContinuousClock.now + patience
    var run = try await begin(order, until: deadline)
    if let problem = order.problem(with: run.rules) {
      throw RequestRefused.refusal(
        "the payouts of \(order.week) in \(order.city) began at \(run.at) by other rules: \(problem)")
    }
    var unknown: [(driver: String, amount: Money)] = []
    if run.closed == nil {
      unknown = try await self.order(order, run, payees, until: deadline)
      run = try await close(run, order, until: deadline)
    }
    return Result(run: run, payouts: try await payouts(of: run), unknown: unknown)
  }

  /// All payouts of drivers, by name; of one run if it is named.
  public func list(run: String? = nil, driver: String? = nil) async throws -> [(name: String, record: PayoutRecord)] {
    try await list(in: state.shards) { record in
      run.map { record.run.hasSameBytes(as: $0) } != false
        && driver.map { record.driverID.hasSameBytes(as: $0) } != false
    }
  }

  private func list(
    in shards: some Sequence<Int>, where isWanted: (PayoutRecord) -> Bool
  ) async throws -> [(name: String, record: PayoutRecord)] {
    var found: [(name: String, record: PayoutRecord)] = []
    for shard in shards {
      for (name, stored) in try await state.fields(DriverService.name, PayoutRecord.hash, shard: shard) {
        if let record = PayoutRecord(stored: stored), isWanted(record) { found.append((name.text, record)) }
      }
    }
    return found.sorted { Identifier($0.name) < Identifier($1.name) }
  }

  /// The runs and what each has come to, the newest first.
  public func runs() async throws -> [ListedRun] { try await runs(of: try await list().map(\.record)) }

  /// The runs and what each has come to, by all payouts, the newest first.
  public func runs(of payouts: [PayoutRecord]) async throws -> [ListedRun] {
    let payouts = Dictionary(grouping: payouts) { Identifier($0.run) }
    return try await state.hash(DriverService.name, PayoutRun.hash).compactMap { found in
      PayoutRun(stored: found.value.value).map { run in
        ListedRun(run, payouts[run.rules.run] ?? [])
      }
    }.sorted { ($1.run.at, Identifier($0.run.rules.run)) < ($0.run.at, Identifier($1.run.rules.run)) }
  }

  /// What became of a payout; nil if there is none of this name.
  public func payout(_ name: String) async throws -> PayoutRecord? {
    try await state.field(DriverService.name, PayoutRecord.hash, name).lazy
      .compactMap { PayoutRecord(stored: $0.value) }.first
  }

  // MARK: Steps of a run

  /// Begins it, or finds it as it was begun.
  private func begin(_ order: PayoutOrder, until deadline: ContinuousClock.Instant) async throws -> PayoutRun {
    if let begun = try await found(order) { return begun }
    _ = try await publisher.publish(try order.start(at: .now()))
    return try await wait(until: deadline, "begun the run") { try await found(order) }
  }

  private func found(_ order: PayoutOrder) async throws -> PayoutRun? {
    try await state.fields(DriverService.name, PayoutRun.hash, shard: shard(order))[order.run].flatMap {
      PayoutRun(stored: $0)
    }
  }

  /// Asks for all that is to be paid.
  ///
  /// - Returns: what can't be, because nobody knows where to.
  private func order(
    _ order: PayoutOrder, _ run: PayoutRun, _ payees: Payees, until deadline: ContinuousClock.Instant
  ) async throws -> [(driver: String, amount: Money)] {
    try await settle(run.place, order, until: deadline)
    let due = try await WeekBalances.read(run.rules, recordedBefore: run.place, shard: shard(order), from: state)
      .due(run.rules)
    let known = due.filter { payees.payee(of: $0.driver) != nil }
    for (_, amount) in known { try CreditTransferFile.check(amount, run.rules.currency) }
    var rest = known[...]
    while !rest.isEmpty {
      let published = try await publisher.publish(
        rest.prefix(Self.batch).map { driver, amount in
          EncodedEvent(
            PayoutRequested(
              order.payout(of: driver), run: run.rules.run, driverID: driver, city: order.city,
              amount: Money(amount, order.currency)))
        })
      rest = rest.dropFirst(Self.batch)
      if let last = published.map(\.entryID).max() { try await settle(last, order, until: deadline) }
    }
    return due.filter { payees.payee(of: $0.driver) == nil }.map { ($0.driver, Money($0.amount, order.currency)) }
  }

  private func close(
    _ run: PayoutRun, _ order: PayoutOrder, until deadline: ContinuousClock.Instant
  ) async throws -> PayoutRun {
    let ordered = try await payouts(of: run)
    _ = try await publisher.publish(
      PayoutRunClosed(
        run: run.rules.run, city: order.city, count: ordered.count,
        total: ordered.reduce(0) { $0 + $1.record.amount }))
    return try await wait(until: deadline, "closed the run") {
      try await found(order).flatMap { $0.closed == nil ? nil : $0 }
    }
  }

  /// The payouts that stand in the run's file.
  private func payouts(of run: PayoutRun) async throws -> [(name: String, record: PayoutRecord)] {
    try await list(in: [namespace.shard(of: run.rules.city)]) { record in
      record.run.hasSameBytes(as: run.rules.run) && record.refusal == nil
        && run.closed.map { record.place < $0 } != false
    }
  }

  /// Waits until the driver service has done all that stands before a place, and that.
  private func settle(
    _ place: EntryID, _ order: PayoutOrder, until deadline: ContinuousClock.Instant
  ) async throws {
    let shard = shard(order)
    _ = try await wait(until: deadline, "handled all that was recorded before: `rides status` and `rides dead` say why")
    {
      let progress = try await inspector.progress([DriverService.name], shard: shard).first
      return progress.flatMap { $0.firstOpen > place ? true : nil }
    }
  }

  private func wait<Value>(
    until deadline: ContinuousClock.Instant, _ what: String, for value: () async throws -> Value?
  ) async throws -> Value {
    while true {
      if let value = try await value() { return value }
      guard ContinuousClock.now < deadline else {
        throw NotInTime(description: "the driver service has not \(what); run it again to go on")
      }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  private func shard(_ order: PayoutOrder) -> Int { namespace.shard(of: order.city) }
  private var publisher: Publisher { Publisher(namespace: namespace, connection: connection) }
}
