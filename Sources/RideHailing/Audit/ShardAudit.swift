import EventStreams

/// The audit of one shard: its services' state in memory, its history passing by.
struct ShardAudit {
  private let shard: Int
  private let inspector: Inspector
  private let state: ServiceState
  private let archive: ArchiveReader?
  /// Service -> what it must have come to by the place in the log that has been reached.
  private let folds: [String: ServiceFold]

  private let progress: [Identifier: ServiceProgress]
  private var ledgers: [Identifier: BookedLedger] = [:]
  /// Service -> hash -> ride -> record; what no event has asked for yet.
  private var unclaimed: [Identifier: [Identifier: [Identifier: String]]] = [:]
  private let records: [Identifier: [Identifier: [Identifier: String]]]
  private var ratings = ExpectedRatings()

  /// How often each event that is published once stands in the log.
  private var published: [Identifier: Int] = [:]
  private var expectedEvents: [(id: String, service: String, ride: String)] = []
  /// Rides, or accounts, with an event that a service with accounts has not handled.
  private var unsettled: Set<Identifier> = []

  init(
    shard: Int, inspector: Inspector, state: ServiceState, archive: ArchiveReader?,
    streams: [Identifier: Set<Identifier>],
    commissionBasisPoints: Int
  ) async throws {
    self.shard = shard
    self.inspector = inspector
    self.state = state
    self.archive = archive
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
      ("payment", PaymentRecord.hash), ("rating", RatingWindow.hash), ("rating", RatingWindow.closed),
      ("rating", RatingWindow.drivers), ("notification", Receipt.hash),
    ] {
      records[service, default: [:]][hash] = try await state.fields(service, hash, shard: shard)
    }
    self.records = records
    unclaimed = records
    // What ratings leave depends on those before.
    for hash in [RatingWindow.closed, RatingWindow.drivers] { unclaimed["rating"]?[hash] = nil }
    var filter = HistoryFilter()
    filter.types = Outcomes.types
    let outcomes = try await Outcomes(
      ShardHistory(shard: shard, inspector: inspector, archive: archive, filter: filter))
    folds = Dictionary(
      uniqueKeysWithValues: ["payment", "driver", "rating", "notification"].map {
        ($0, ServiceFold($0, shard: shard, outcomes: outcomes, commissionBasisPoints: commissionBasisPoints))
      })
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
    let event = RecordedEvent(shard: shard, streamID: id, header: header, json: json)
    // Whatever key its producer gave it.
    let ride = RideID.of(json.span) ?? header.key
    for (service, fold) in folds {
      let isDone = progress[service]?.state(of: id) == .done
      let effects: Effects
      let expected: ExpectedState
      do {
        guard let found = try await fold.effects(of: event) else { continue }
        (effects, expected) = (found, try ExpectedState(fold.writes(of: found)))
      } catch is OutcomeGateway.Unknown {
        if isDone { report.add(violation(.missingEvent, service, ride, "the payment's outcome", "one", "none")) }
        continue
      } catch {
        // It can't be handled, which its dead letter says.
        continue
      }
      // What was done since the positions were read counts for what comes after it.
      let isBooked = expected.journals.allSatisfy { booked(service, $0.key.text) == $0.value }
      if isDone || (!expected.journals.isEmpty && isBooked) { fold.apply(effects, of: event) }
      compare(expected, service, ride: ride, isDone: isDone, &report)
    }
    if header.type == RideRated.eventType, let rating = try? RideRated(ofEvent: json.span) {
      ratings.add(
        rating, isDone: progress["rating"]?.state(of: id) == .done,
        isRefused: folds["rating"]?.isPublished(RatingRefused.id(of: header.id)) == true)
    }
    if header.type == RideCompleted.eventType { report.rides += 1 }
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
    // What ratings leave depends on those before.
    for (hash, field, value) in expected.records where unclaimed[service]?[hash] != nil {
      let found = unclaimed[service]?[hash]?.removeValue(forKey: Identifier(field)) ?? records[service]?[hash]?[field]
      if found == value || (found == nil && !isDone) { continue }
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
