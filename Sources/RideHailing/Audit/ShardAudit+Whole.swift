import EventStreams
import EventStreamsOperations

/// What can be said once all of a shard's history has passed by.
extension ShardAudit {
  mutating func finish(_ report: inout AuditReport) async throws {
    for (id, service, ride) in expectedEvents where !seen.contains(id.text) && !scheduled.contains(id) {
      report.add(violation(.missingEvent, service, ride, id.text, "one", "none"))
    }
    checkMoney(&report)
    for service in LedgerState.services {
      for overdraft in ledgers[service]?.movements.overdrafts ?? [] {
        report.add(
          violation(
            .overpaid, service, nil, overdraft.account.name, "at most \(overdraft.before)",
            "\(overdraft.amount) by \(overdraft.journal)"))
      }
      for journal in ledgers[service]?.misplaced ?? [] {
        report.add(
          violation(.misplacedJournal, service, journal.ride, journal.journal, journal.expected, journal.found))
      }
    }
    // Without the archive, what a trimmed log does not tell can't be known.
    for service in services.folded {
      try await compareState(of: service, &report)
    }
    guard isWhole else { return }
    for (service, ledger) in ledgers {
      for (journal, booked) in ledger.journals
      where !booked.isExpected && open[service]?.isAbout(journal: booked, named: journal, of: service) != true {
        report.add(
          violation(
            booked.postings.isBalanced ? .unknownJournal : .unbalancedJournal, service.text, booked.ride, journal.text,
            "nothing",
            booked.postings.text))
      }
    }
    checkPayable(&report)
    for service in LedgerState.services {
      for wrong in ledgers[service]?.wrongClosings ?? [] {
        report.add(violation(.closedEntries, service, nil, wrong.key, wrong.expected, wrong.found))
      }
    }
  }

  /// The events of services that nothing in this shard has led to, and that may have come from another.
  ///
  /// - Parameter start: what was recorded later may come of what the other shard had not done yet.
  func arrivals(until start: Timestamp) -> [CrossingEvents.Crossing] {
    let expected = Set(expectedEvents.map(\.id))
    return outcomes.filter { !expected.contains($0.id) && !isOpen($0.ride) && $0.recordedAt <= start }
      .map { CrossingEvents.Crossing(id: $0.id, service: $0.service, ride: $0.ride, shard: shard) }
  }

  /// Whether a service has something to do with a ride, or with the account of this name, that it has not done.
  private func isOpen(_ ride: String) -> Bool {
    open.values.contains { $0.isAbout(ride: ride) || $0.isAbout(account: ride) }
  }

  /// What a service has stored is what its handlers have made of the history, and what its own audit says.
  private func compareState(
    of service: any FoldedService.Type, _ report: inout AuditReport
  ) async throws {
    let name = service.name
    guard let image = folds[name]?.image, let own = ownAudits[name] else { return }
    let work = open[name]
    for hash in service.state {
      let found = stored.fields(name, hash.name)
      let expected = try await image.hash(hash.name, shard: shard)
      for field in Set(found.keys).union(expected.keys).sorted() {
        guard found[field] != expected[field], work?.isAbout(hash, field: field.text) != true else { continue }
        guard
          !own.allows(
            hash, expected: expected[field], found: found[field], isRepeated: repeated.contains(field))
        else { continue }
        guard isWhole || facts.rides[field]?.completions.isEmpty == false else { continue }
        report.add(
          violation(
            .of(expected[field], found[field]), name, hash.subject == .ride ? field.text : nil,
            "\(hash.name)[\(field)]", expected[field], found[field]))
      }
    }
    let end = AuditedHistory(
      isWhole: isWhole, hasOpenWork: work != nil, isClosing: work?.isClosing == true, image: image, shard: shard)
    for finding in try await own.findings(end) {
      report.add(violation(finding.kind, name, finding.ride, finding.key, finding.expected, finding.found))
    }
  }

  /// Each ride's money, reckoned from its events.
  private func checkMoney(_ report: inout AuditReport) {
    let charged = ledgers[PaymentService.name]?.bookings ?? [:]
    let earned = ledgers[DriverService.name]?.bookings ?? [:]
    let (arrears, contested) = (stored.arrears, facts.contested)
    for (ride, facts) in facts.rides {
      let money = RideMoney(
        facts: facts, record: stored.payment(ride), charged: charged[ride] ?? RideBookings(),
        earned: earned[ride] ?? RideBookings())
      func isSettled(_ services: String...) -> Bool {
        services.allSatisfy { service in
          progress[service]?.isStarted == true && open[service]?.isAbout(ride: ride.text) != true
        }
      }
      var findings: [RideMoney.Finding] = []
      if isSettled(PaymentService.name) {
        findings += money.payment() + money.quote() + money.holds(stored.hold(ride)) + money.cancellations(isWhole)
        findings += money.disputes(stored.disputes(ride), contested) + money.arrears(arrears[ride], isWhole)
        findings += money.tips(isWhole, stored.tips(ride, of: PaymentService.self))
      }
      if isSettled(DriverService.name) {
        findings += money.driver() + money.tipsPaid(stored.tips(ride, of: DriverService.self))
      }
      if isSettled(PaymentService.name, DriverService.name) { findings += money.between() }
      if isSettled(PaymentService.name, NotificationService.name) { findings += money.receipt(stored.receipt(ride)) }
      for finding in findings {
        report.add(
          violation(finding.kind, finding.service, ride.text, finding.key, finding.expected, finding.found))
      }
    }
  }

  /// Payable = earnings + tips + tolls - cash held - payouts, for each driver that nothing is under way of; and a rider's wallet likewise.
  private func checkPayable(_ report: inout AuditReport) {
    guard let ledger = ledgers[DriverService.name], progress[DriverService.name]?.isStarted == true else { return }
    let work = open[DriverService.name]
    var payable: [Identifier: Int] = [:]
    var unknown: Set<Identifier> = []
    for facts in facts.rides.values {
      guard let completion = facts.completions.first else { continue }
      guard let paid = facts.paid else {
        // Booked before that was published.
        unknown.insert(Account.driver(completion.driverID).name)
        continue
      }
      let earning = paid.earning
      let amount = earning.fare - earning.commission + earning.tips + earning.tolls - facts.cashTaken + facts.tipped
      payable["\(Account.driver(paid.driverID).name)|\(paid.currency)", default: 0] += amount
    }
    for (field, amount) in facts.movements where field.text.hasPrefix("driver:") {
      payable[field, default: 0] += amount
    }
    for field in Set(payable.keys).union(ledger.folds.keys).sorted() {
      guard let account = LedgerState.account(ofField: field.text)?.account, account.kind == "driver" else { continue }
      let (expected, found) = (payable[field] ?? 0, ledger.folds[field] ?? 0)
      guard expected != found, !unknown.contains(account.name), work?.isAbout(account: account.name) != true else {
        continue
      }
      report.add(violation(.payable, DriverService.name, nil, field.text, "\(expected)", "\(found)"))
    }
  }
}
