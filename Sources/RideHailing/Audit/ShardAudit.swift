import EventArchive
import EventStreams
import EventStreamsOperations

/// The audit of one shard: its services' state in memory, its history passing by.
///
/// What the services have stored is compared twice: with what their own handlers make of the history, and, where it is money, with what
/// the events say, reckoned here.
struct ShardAudit {
  let shard: Int
  let services: RideServices
  private let namespace: Namespace
  private let inspector: Inspector
  let archive: ArchiveReader?
  let progress: [Identifier: ServiceProgress]
  var ledgers: [Identifier: BookedLedger] = [:]
  let stored: StoredState
  /// Service -> what it must have come to by the place in the log that has been reached.
  let folds: [Identifier: ServiceFold]
  var open: [Identifier: OpenWork] = [:]
  var seen = SeenEvents()
  var facts = ShardFacts()
  /// What single services' audits look at themselves.
  var ownAudits: [Identifier: any ServiceAudit] = [:]
  /// As `Findings` say it.
  private(set) var isWhole = true
  /// Rides with an event that stands at an earlier place as well.
  var repeated: Set<Identifier> = []
  /// Events that services must have published, and those that stand in the log.
  var expectedEvents: [(id: Identifier, service: String, ride: String)] = []
  var outcomes: [(id: Identifier, service: String, ride: String, recordedAt: Timestamp)] = []
  /// What it must have published into other shards.
  var sent: [CrossingEvents.Crossing] = []
  /// What waits, or has waited, until it is due.
  var scheduled: Set<Identifier> = []
  /// Who alone publishes events of a type.
  private let publisher: [EventType: String]
  /// The last place that the log or the archive had before anything else was read.
  private let begin: EntryID

  init(
    shard: Int, of namespace: Namespace, services: RideServices, inspector: Inspector, state: ServiceState,
    archive: ArchiveReader?
  ) async throws {
    self.namespace = namespace
    self.shard = shard
    self.services = services
    self.inspector = inspector
    self.archive = archive
    begin = max(
      try await inspector.extent(shard: shard)?.lastGenerated ?? .zero, try await archive?.lastID(shard: shard) ?? .zero
    )
    let all = try await inspector.progress(services.names, shard: shard)
    progress = Dictionary(uniqueKeysWithValues: all.map { (Identifier($0.service), $0) })
    publisher = Dictionary(
      services.folded.flatMap { service in service.outcomes.map { ($0, service.name) } },
      uniquingKeysWith: { first, _ in first })
    for service in LedgerState.services {
      ledgers[service] = try await BookedLedger(service, shard: shard, state: state)
    }
    stored = try await StoredState(of: services.folded, shard: shard, state: state)
    func ownAudit<Service: FoldedService>(_ service: Service.Type) async throws -> any ServiceAudit {
      try await Service.OwnAudit(shard: shard, state: state)
    }
    for service in services.folded { ownAudits[service.name] = try await ownAudit(service) }
    // In this order: what is in the state is in the log.
    let outcomes = try await Outcomes(of: services.folded, services.catalog) { types in
      var filter = HistoryFilter()
      filter.types = types
      return ShardHistory(
        of: services.archive, shard: shard, inspector: inspector, archive: archive, filter: filter)
    }
    folds = Dictionary(
      uniqueKeysWithValues: services.folded.map {
        (Identifier($0.name), ServiceFold($0, shard: shard, outcomes: outcomes, keepsJournals: false))
      })
  }

  /// What the audit of one shard has found, and what it needs of others to say more.
  struct Findings: Sendable {
    let shard: Int
    let report: AuditReport
    /// The rides that were completed here, as far as a service has handled that or will.
    let rides: [Identifier]
    /// What services must have published into other shards.
    let sent: [CrossingEvents.Crossing]
    /// What may have come from another.
    let arrived: [CrossingEvents.Crossing]
    /// False if there is no archive, and the log does not begin with the first event.
    let isWhole: Bool
  }

  /// Looks at the shard.
  ///
  /// - Parameter start: what was recorded later may come of what was not done yet.
  mutating func findings(before start: Timestamp) async throws -> Findings {
    var report = AuditReport()
    try await run(into: &report)
    return Findings(
      shard: shard, report: report, rides: facts.rides.filter { !$0.value.completions.isEmpty }.map(\.key), sent: sent,
      arrived: arrivals(until: start), isWhole: isWhole)
  }

  private mutating func run(into report: inout AuditReport) async throws {
    var history = ShardHistory(
      of: services.archive, shard: shard, inspector: inspector, archive: archive, scope: .everything)
    isWhole = if archive != nil { true } else { try await inspector.extent(shard: shard)?.isWhole ?? true }
    var logHasBegun = false
    while let item = try await history.next() {
      report.events += 1
      try await compareArchive(item, logHasBegun: logHasBegun, &report)
      if item.logged != nil { logHasBegun = true }
      count(item, &report)
      // One that was published again after its id was forgotten counts where it stands first.
      guard let header = item.header else { continue }
      if item.isRepetition {
        if let ride = services.catalog.ride(of: item.json.span) { repeated.insert(Identifier(ride)) }
      } else {
        try await check(item, header, &report)
      }
    }
    try await finish(&report)
    for service in LedgerState.services {
      guard let ledger = ledgers[service] else { continue }
      report.journals += ledger.journals.count
      report.accounts += ledger.folds.count
      for wrong in ledger.wrongBalances {
        report.add(
          violation(.balance, service, nil, wrong.field, "\(wrong.expected), the sum of its entries", wrong.found))
      }
    }
  }

  // MARK: One event

  private func compareArchive(
    _ item: ShardHistory.Item, logHasBegun: Bool, _ report: inout AuditReport
  ) async throws {
    guard archive != nil else { return }
    let key = item.id.description
    switch (item.logged, item.archived) {
    case (let logged?, let archived?):
      if !archived.matches(logged) {
        report.add(
          violation(
            .alteredArchiveRow, services.archive.service, nil, key, String(decoding: logged, as: UTF8.self),
            String(decoding: archived.json, as: UTF8.self)))
      }
    case (let logged?, nil) where progress[services.archive.service]?.state(of: item.id, in: item.topic) == .done:
      report.add(
        violation(
          .missingArchiveRow, services.archive.service, nil, key, String(decoding: logged, as: UTF8.self), "nothing"))
    // A repetition is not missed in a log that was restored: there it stands once, where it stood first.
    case (nil, let archived?) where logHasBegun && !item.isRepetition:
      // It may have been trimmed since the page before was read.
      if try await inspector.extent(shard: shard)?.mayHaveTrimmed(item.id, of: item.topic) == true { return }
      report.add(
        violation(.lostEvent, "log", nil, key, String(decoding: archived.json, as: UTF8.self), "nothing in the log"))
    default: break
    }
  }

  private func count(_ item: ShardHistory.Item, _ report: inout AuditReport) {
    for (service, progress) in progress where services.isDelivered(item.topic, to: service) {
      let state = progress.state(of: item.id, in: item.topic)
      report.progress[service, default: [:]][state, default: 0] += 1
      if state != .done, report.inFlight.count < AuditReport.limit {
        report.inFlight.append(
          AuditReport.InFlight(
            service: service.text, shard: shard, entryID: item.id, event: item.header?.id ?? "", state: state))
      }
    }
  }

  private mutating func check(
    _ item: ShardHistory.Item, _ header: EventHeader, _ report: inout AuditReport
  ) async throws {
    let event = RecordedEvent(shard: shard, entryID: item.id, header: header, json: item.json)
    // One that waits for those who read it, or is dead, comes to nothing yet.
    let wanting = folds.filter { $0.value.wants(header.type) }.keys
    if wanting.isEmpty || wanting.contains(where: { progress[$0]?.state(of: item.id, in: item.topic) == .done }) {
      try services.catalog.checkVersion(of: header)
    }
    // Whatever key its producer gave it.
    let ride = services.catalog.ride(of: event.json.span)
    if let first = seen.add(header.id, at: item.id) {
      try await compare(event, header, ride: ride, withFirst: first, &report)
    } else {
      facts.add(event, header)
      if header.type == RideCompleted.eventType { report.rides += 1 }
      if let service = publisher[header.type] {
        outcomes.append((Identifier(header.id), service, ride ?? header.key, item.id.recordedAt))
        // Done since, and it may be about something that what led to it does not name.
        if item.id > begin { open[service, default: OpenWork()].add(event, header, ride: ride, services.catalog) }
      }
      if header.type == ScheduleRecord.scheduled, let id = ScheduleRecord.scheduledID(in: item.json) {
        scheduled.insert(Identifier(id))
      }
    }
    for service in services.folded {
      try await handle(event, in: item.topic, header, service, ride: ride, &report)
    }
  }

  /// An event of an id that is known says the same, or it is another event.
  private func compare(
    _ event: RecordedEvent, _ header: EventHeader, ride: String?, withFirst place: EntryID, _ report: inout AuditReport
  ) async throws {
    let first: [UInt8]? =
      if let logged = try await inspector.entries(shard: shard, after: place.previous, limit: 1).first,
        logged.id == place
      {
        logged.json
      } else {
        try await archive?.events(shard: shard, after: place.previous, limit: 1).first { $0.entryID == place }?.json
      }
    guard let first, first != event.json else { return }
    let (expected, found) = (services.content(first), services.content(event.json))
    guard expected != found else { return }
    report.add(
      violation(
        .contradictingEvent, "log", ride, header.id, String(decoding: expected, as: UTF8.self),
        String(decoding: found, as: UTF8.self)))
  }

  /// Has a service's own handler say what must have come of an event.
  private mutating func handle(
    _ event: RecordedEvent, in topic: String, _ header: EventHeader, _ service: any FoldedService.Type, ride: String?,
    _ report: inout AuditReport
  ) async throws {
    let name = service.name
    guard let fold = folds[name], fold.wants(header.type) else { return }
    let isDone = progress[name]?.state(of: event.entryID, in: topic) == .done
    if isDone {
      do {
        guard let effects = try await fold.effects(of: event) else { return }
        let expected = try ExpectedState(fold.writes(of: effects), closed: ledgers[name]?.closed)
        fold.apply(effects, of: event)
        compare(expected, service, ride: ride ?? header.key, &report)
      } catch is Undecided {
        open[name, default: OpenWork()].add(event, header, ride: ride, services.catalog)
        report.add(violation(.missingEvent, name, ride, "the outcome of \(header.id)", "one", "none"))
      }
    } else {
      open[name, default: OpenWork()].add(event, header, ride: ride, services.catalog)
    }
    let audited = AuditedEvent(
      event: event, header: header, ride: ride, isDone: isDone, image: fold.image, shard: shard)
    try await ownAudits[name]?.add(audited)
  }

  /// The journals of an event are booked, and the events that follow it are published.
  private mutating func compare(
    _ expected: ExpectedState, _ service: any FoldedService.Type, ride: String, _ report: inout AuditReport
  ) {
    let name = service.name
    for (journal, postings) in expected.journals {
      let found = ledgers[name]?.take(journal.text) ?? []
      guard found != postings else { continue }
      let kind: Violation.Kind =
        if found.isEmpty { .missingJournal } else if Self.isRepeated(found, of: postings) {
          .doubledJournal
        } else if found.isBalanced { .alteredJournal } else { .unbalancedJournal }
      report.add(violation(kind, name, ride, journal.text, postings.text, found.text))
    }
    for part in expected.left { ledgers[name]?.carry(part) }
    guard !service.publishesAdvice else { return }
    for event in expected.published {
      let target = namespace.shard(of: event.shardKey)
      // What waits in another shard is looked for when it has come.
      if target == shard {
        expectedEvents.append((Identifier(event.id), name, ride))
      } else if !event.isScheduled {
        sent.append(CrossingEvents.Crossing(id: Identifier(event.id), service: name, ride: ride, shard: target))
      }
    }
  }

  /// True if the postings are the expected ones two or more times.
  private static func isRepeated(_ found: [BookedPosting], of expected: [BookedPosting]) -> Bool {
    guard !expected.isEmpty, found.count > expected.count, found.count % expected.count == 0 else { return false }
    let times = found.count / expected.count
    return found == expected.flatMap { Array(repeating: $0, count: times) }.sorted()
  }

  func violation(
    _ kind: Violation.Kind, _ service: String, _ ride: String?, _ key: String, _ expected: String?, _ found: String?
  ) -> Violation {
    Violation(
      kind: kind, service: service, shard: shard, ride: ride, key: key, expected: expected ?? "nothing",
      found: found ?? "nothing")
  }
}
