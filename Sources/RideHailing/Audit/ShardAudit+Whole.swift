import EventStreams

/// What can be said once all of a shard's history has passed by.
extension ShardAudit {
  mutating func finish(isWhole: Bool, _ report: inout AuditReport) async throws {
    for (id, service, ride) in expectedEvents where !seen.contains(id.text) {
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
    for service in Self.services {
      try await compareState(of: service, isWhole: isWhole, &report)
    }
    guard isWhole else { return }
    let expected = Set(expectedEvents.map(\.id))
    for (id, service, ride) in outcomes where !expected.contains(id) && !isOpen(ride) {
      report.add(violation(.unknownEvent, service, ride, id.text, "nothing that led to it", "one"))
    }
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
    let windows = try await folds["rating"]?.image.hash(RatingWindow.hash, shard: shard) ?? [:]
    let closed = stored.fields("rating", RatingWindow.closed)
    let mayHaveLeft = open["rating"]?.isClosing == true
    for wrong in ratings.differences(
      closed: closed, drivers: stored.fields("rating", RatingWindow.drivers),
      isKept: { windows[$0] != nil && (!mayHaveLeft || closed[$0] != nil) })
    {
      report.add(
        violation(.of(wrong.expected, wrong.found), "rating", wrong.ride, wrong.key, wrong.expected, wrong.found))
    }
  }

  /// Whether a service has something to do with a ride, or with the account of this name, that it has not done.
  private func isOpen(_ ride: String) -> Bool {
    open.values.contains { $0.isAbout(ride: ride) || $0.isAbout(account: ride) }
  }

  /// What a service has stored is what its handlers have made of the history.
  private func compareState(of service: String, isWhole: Bool, _ report: inout AuditReport) async throws {
    guard let image = folds[service]?.image, let hashes = StoredState.hashes[service] else { return }
    let work = open[service]
    if service == "surge" {
      guard isWhole, surgeIsWhole, work == nil else { return }
      for wrong in try await stored.surgeDifferences(image, shard: shard, lastAt: surgeRecordedAt) {
        report.add(violation(.surge, service, nil, wrong.key, wrong.expected, wrong.found))
      }
      return
    }
    for hash in hashes {
      let found = stored.fields(service, hash)
      let expected = try await image.hash(hash, shard: shard)
      // What ratings leave is reckoned from the ratings themselves.
      if service == "rating", [RatingWindow.closed, RatingWindow.drivers].contains(hash) { continue }
      for field in Set(found.keys).union(expected.keys).sorted() {
        guard found[field] != expected[field], work?.isAbout(hash: hash, field: field.text) != true else { continue }
        // Which of its places counted for the window, nobody knows.
        if hash == RatingWindow.hash, repeated.contains(field),
          StoredState.isSameWindow(expected[field], found[field])
        {
          continue
        }
        guard isWhole || facts.rides[field]?.completions.isEmpty == false else { continue }
        let isRide = !StoredState.notOfRides.contains(Identifier(hash))
        report.add(
          violation(
            .of(expected[field], found[field]), service, isRide ? field.text : nil, "\(hash)[\(field)]",
            expected[field], found[field]))
      }
    }
  }

  /// Each ride's money, reckoned from its events.
  private func checkMoney(_ report: inout AuditReport) {
    let charged = ledgers["payment"]?.bookings ?? [:]
    let earned = ledgers["driver"]?.bookings ?? [:]
    for (ride, facts) in facts.rides where !facts.completions.isEmpty {
      let money = RideMoney(
        facts: facts, record: stored.payment(ride), charged: charged[ride] ?? RideBookings(),
        earned: earned[ride] ?? RideBookings())
      func isSettled(_ services: String...) -> Bool {
        services.allSatisfy { service in
          progress[service]?.isStarted == true && open[service]?.isAbout(ride: ride.text) != true
        }
      }
      var findings: [RideMoney.Finding] = []
      if isSettled("payment") { findings += money.payment() }
      if isSettled("driver") { findings += money.driver() }
      if isSettled("payment", "driver") { findings += money.between() }
      if isSettled("payment", "notification") { findings += money.receipt(stored.receipt(ride)) }
      for finding in findings {
        report.add(
          violation(finding.kind, finding.service, ride.text, finding.key, finding.expected, finding.found))
      }
    }
  }

  /// Payable = earnings + tips + tolls - cash held - payouts, for each driver that nothing is under way of; and a rider's wallet likewise.
  private func checkPayable(_ report: inout AuditReport) {
    guard let ledger = ledgers["driver"], progress["driver"]?.isStarted == true else { return }
    let work = open["driver"]
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
      let amount = earning.fare - earning.commission + earning.tips + earning.tolls - facts.cashTaken
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
      report.add(violation(.payable, "driver", nil, field.text, "\(expected)", "\(found)"))
    }
  }
}
