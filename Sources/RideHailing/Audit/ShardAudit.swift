import EventStreams

/// The audit of one shard: its services' state in memory, its history passing by.
struct ShardAudit {
  private let shard: Int
  private let inspector: Inspector
  private let state: ServiceState
  private let archive: ArchiveReader?
  private let driver: EventService
  private let rating = RatingService().service
  private let notification = NotificationService(outbox: nil).service

  private let progress: [Identifier: ServiceProgress]
  private var ledgers: [Identifier: BookedLedger] = [:]
  /// Service -> hash -> ride -> record; what no event has asked for yet.
  private var unclaimed: [Identifier: [Identifier: [Identifier: String]]] = [:]
  private let records: [Identifier: [Identifier: [Identifier: String]]]
  private var ratings = ExpectedRatings()

  /// How often each event that is published once stands in the log.
  private var published: [Identifier: Int] = [:]
  private var expectedEvents: [(id: String, service: String, ride: String)] = []
  private var completions: [Identifier: Int] = [:]
  /// Rides, or accounts, with an event that a service with accounts has not handled.
  private var unsettled: Set<Identifier> = []
  private var shardHandle: OwnedShard

  init(
    shard: Int, inspector: Inspector, state: ServiceState, archive: ArchiveReader?,
    streams: [Identifier: Set<Identifier>],
    commissionBasisPoints: Int
  ) async throws {
    self.shard = shard
    self.inspector = inspector
    self.state = state
    self.archive = archive
    driver = DriverService(commissionBasisPoints: commissionBasisPoints).service
    shardHandle = OwnedShard(number: shard, term: 0, reader: NoState())
    let all = try await inspector.progress(RideServices.names, shard: shard)
    progress = Dictionary(uniqueKeysWithValues: all.map { (Identifier($0.service), $0) })
    var ledgers: [Identifier: BookedLedger] = [:]
    for service in LedgerState.services {
      ledgers[service] = try await BookedLedger(
        service, shard: shard, streams: streams[service] ?? [], state: state)
    }
    self.ledgers = ledgers
    // A window that closes while it is read is seen open, or closed, or both.
    var records: [Identifier: [Identifier: [Identifier: String]]] = [:]
    for (service, hash) in [
      ("payment", PaymentRecord.hash), ("rating", RatingWindow.open), ("rating", RatingWindow.closed),
      ("rating", RatingWindow.drivers), ("notification", Receipt.hash),
    ] {
      records[service, default: [:]][hash] = try await state.fields(service, hash, shard: shard)
    }
    self.records = records
    unclaimed = records
    // What ratings leave depends on those before.
    for hash in [RatingWindow.closed, RatingWindow.drivers] { unclaimed["rating"]?[hash] = nil }
  }

  mutating func run(into report: inout AuditReport) async throws {
    var history = ShardHistory(shard: shard, inspector: inspector, archive: archive, scope: .everything)
    let isWhole = if archive != nil { true } else { try await inspector.extent(shard: shard)?.isWhole ?? true }
    var logHasBegun = false
    while let item = try await history.next() {
      report.events += 1
      try await compareArchive(item, logHasBegun: logHasBegun, &report)
      if item.logged != nil { logHasBegun = true }
      count(item, &report)
      // One that was published again after its window was lost counts where it stands first.
      if let header = item.header, !item.isRepetition { try await check(item.id, item.json, header, &report) }
    }
    finish(isWhole: isWhole, &report)
    for service in LedgerState.services {
      guard let ledger = ledgers[service] else { continue }
      report.journals += ledger.journals.count
      report.accounts += ledger.folds.count
      for wrong in try await ledger.wrongBalances(shard: shard, state: state) {
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
            .alteredArchiveRow, "analytics", nil, key, String(decoding: logged, as: UTF8.self),
            String(decoding: archived.json, as: UTF8.self)))
      }
    case (let logged?, nil) where progress["analytics"]?.state(of: item.id) == .done:
      report.add(
        violation(.missingArchiveRow, "analytics", nil, key, String(decoding: logged, as: UTF8.self), "nothing"))
    // A repetition is not missed in a log that was restored: there it stands once, where it stood first.
    case (nil, let archived?) where logHasBegun && !item.isRepetition:
      // It may have been trimmed since the page before was read.
      if let start = try await inspector.extent(shard: shard)?.start, start > item.id { return }
      report.add(
        violation(.lostEvent, "log", nil, key, String(decoding: archived.json, as: UTF8.self), "nothing in the log"))
    default: break
    }
  }

  private func count(_ item: ShardHistory.Item, _ report: inout AuditReport) {
    for (service, progress) in progress {
      let state = progress.state(of: item.id)
      report.progress[service, default: [:]][state, default: 0] += 1
      if state != .done, report.inFlight.count < AuditReport.limit {
        report.inFlight.append(
          AuditReport.InFlight(
            service: service.text, shard: shard, streamID: item.id, event: item.header?.id ?? "", state: state))
      }
    }
  }

  private mutating func check(
    _ id: StreamID, _ json: [UInt8], _ header: EventHeader, _ report: inout AuditReport
  ) async throws {
    published[header.id, default: 0] += 1
    for service in ["payment", "driver", "rating", "notification"] {
      let isDone = progress[service]?.state(of: id) == .done
      let expected: ExpectedState
      do {
        guard let found = try await expectation(service, id, json, header) else { continue }
        expected = found
      } catch {
        // It can't be handled, which its dead letter says.
        continue
      }
      compare(expected, service, ride: header.key, isDone: isDone, &report)
    }
    if header.type == RideRated.eventType, let rating = try? RideRated(ofEvent: json.span) {
      ratings.add(rating, isDone: progress["rating"]?.state(of: id) == .done)
    }
    guard header.type == RideCompleted.eventType else { return }
    report.rides += 1
    completions[header.key, default: 0] += 1
  }

  /// What a service must have made of an event; nil if it doesn't want it.
  private func expectation(
    _ name: String, _ id: StreamID, _ json: [UInt8], _ header: EventHeader
  ) async throws -> ExpectedState? {
    let service: EventService
    switch name {
    case "payment":
      let record = try records["payment"]?[PaymentRecord.hash]?[header.key].map { text in
        var parser = JSONParser()
        return try PaymentRecord(from: parser.parse(text.utf8.span))
      }
      let isOwed = booked("payment", "payment:\(header.id)").contains { $0.account.kind == "receivable" }
      let isRide = header.type == RideCompleted.eventType
      service =
        PaymentService(
          gateway: RecordedGateway(
            reference: record?.reference, declineReason: isRide ? record?.declineReason : isOwed ? "declined" : nil)
        ).service
    case "driver": service = driver
    case "rating": service = rating
    default: service = notification
    }
    guard service.handles(header.type) else { return nil }
    return try await service.effects(of: json, streamID: id, shard: shardHandle).map {
      try ExpectedState($0) { booked(name, $0) }
    }
  }

  /// The postings found of a journal, sorted.
  private func booked(_ service: String, _ journal: String) -> [BookedPosting] {
    ledgers[service]?.journals[journal]?.postings.sorted() ?? []
  }

  private mutating func compare(
    _ expected: ExpectedState, _ service: String, ride: String, isDone: Bool, _ report: inout AuditReport
  ) {
    for (journal, postings) in expected.journals {
      if !isDone { unsettled.insert(ride) }
      let found = ledgers[service]?.take(journal.text) ?? []
      guard found != postings else { continue }
      if found.isEmpty, !isDone { continue }
      let kind: Violation.Kind =
        if found.isEmpty { .missingJournal } else if Self.isRepeated(found, of: postings) {
          .doubledJournal
        } else if found.isBalanced { .alteredJournal } else { .unbalancedJournal }
      report.add(violation(kind, service, ride, journal.text, postings.text, found.text))
    }
    for (hash, field, value) in expected.records where records[service]?[hash] != nil {
      let found = unclaimed[service]?[hash]?.removeValue(forKey: Identifier(field)) ?? records[service]?[hash]?[field]
      if found.map({ Identifier($0) }) == Identifier(value) || (found == nil && !isDone) { continue }
      if service == "rating", hash == RatingWindow.open, found == nil {
        // Rated: the window is closed.
        if records[service]?[RatingWindow.closed]?[field] != nil { continue }
      }
      report.add(
        violation(
          found == nil ? .missingRecord : .alteredRecord, service, ride, "\(hash)[\(field)]", value, found ?? "nothing")
      )
    }
    if isDone { expectedEvents += expected.published.map { ($0, service, ride) } }
  }

  /// True if the postings are the expected ones two or more times.
  private static func isRepeated(_ found: [BookedPosting], of expected: [BookedPosting]) -> Bool {
    guard !expected.isEmpty, found.count > expected.count, found.count % expected.count == 0 else { return false }
    let times = found.count / expected.count
    return found == expected.flatMap { Array(repeating: $0, count: times) }.sorted()
  }

  // MARK: All of them

  private mutating func finish(isWhole: Bool, _ report: inout AuditReport) {
    for (ride, times) in completions where times > 1 {
      report.add(violation(.doubledEvent, "log", ride.text, "RIDE_COMPLETED", "one", "\(times)"))
    }
    for (id, service, ride) in expectedEvents {
      let times = published[id, default: 0]
      if times == 0 { report.add(violation(.missingEvent, service, ride, id, "one", "none")) }
      if times > 1 { report.add(violation(.doubledEvent, service, ride, id, "one", "\(times)")) }
    }
    checkClearing(&report)
    // Without the archive, what a trimmed log does not tell can't be known.
    guard isWhole else { return }
    for (service, ledger) in ledgers {
      for (journal, booked) in ledger.journals where !booked.isExpected {
        report.add(
          violation(
            booked.postings.isBalanced ? .unknownJournal : .unbalancedJournal, service.text, booked.ride, journal.text,
            "nothing",
            booked.postings.text))
      }
    }
    for (service, hashes) in unclaimed {
      for (hash, fields) in hashes {
        for (field, value) in fields {
          report.add(violation(.unknownRecord, service.text, field.text, "\(hash)[\(field)]", "nothing", value))
        }
      }
    }
    let found = records["rating"] ?? [:]
    for wrong in ratings.differences(
      closed: found[RatingWindow.closed] ?? [:], drivers: found[RatingWindow.drivers] ?? [:])
    {
      let kind: Violation.Kind =
        if wrong.expected == nil { .unknownRecord } else if wrong.found == nil { .missingRecord } else {
          .alteredRecord
        }
      report.add(
        violation(kind, "rating", wrong.ride, wrong.key, wrong.expected ?? "nothing", wrong.found ?? "nothing"))
    }
  }

  private func checkClearing(_ report: inout AuditReport) {
    var sums: [Identifier: [Currency: Int]] = [:]
    for ledger in ledgers.values {
      for journal in ledger.journals.values where journal.isExpected && !unsettled.contains(journal.ride) {
        for posting in journal.postings where posting.account == Account.clearing {
          sums[journal.ride, default: [:]][posting.amount.currency, default: 0] += posting.amount.minorUnits
        }
      }
    }
    for (ride, currencies) in sums {
      for (currency, sum) in currencies where sum != 0 {
        report.add(violation(.clearing, "payment and driver", ride.text, "clearing", "0", "\(Money(sum, currency))"))
      }
    }
  }

  private func violation(
    _ kind: Violation.Kind, _ service: String, _ ride: String?, _ key: String, _ expected: String, _ found: String
  ) -> Violation {
    Violation(
      kind: kind, service: service, shard: shard, ride: ride, key: key, expected: expected, found: found)
  }
}
