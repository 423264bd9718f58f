import EventStreams

/// Holds one ride's money against the events: reckoned here, by nobody's handler.
struct RideMoney {
  /// Something that does not hold.
  struct Finding {
    let kind: Violation.Kind
    let service: String
    let key: String
    let expected: String
    let found: String
  }

  let facts: RideFacts
  /// The ride's record as payment has stored it; nil if there is none.
  let record: PaymentRecord?
  /// What payment has booked.
  let charged: RideBookings
  /// What driver has booked.
  let earned: RideBookings

  // MARK: Payment

  /// Fare as corrected = captured net of refunds + still owed + given by the platform: by the events, the record and the journals.
  func payment() -> [Finding] {
    guard let fare = facts.fare, let standing = facts.standing else { return [] }
    var findings: [Finding] = []
    func expect(_ expected: Int, _ found: Int, _ key: String) {
      guard expected != found else { return }
      findings.append(
        Finding(
          kind: .conservation, service: PaymentService.name, key: key, expected: "\(Money(expected, fare.currency))",
          found: "\(Money(found, fare.currency))"))
    }
    let methods = Payment.Method.allCases
    let net = methods.reduce(0) { $0 + facts.net($1) }
    expect(
      fare.total, net + standing.owed + facts.waived + standing.writtenOff,
      "events: paid + owed + refunded + written off")
    for method in methods { expect(facts.net(method), standing[method], "standing: \(method.rawValue)") }
    expect(facts.waived, standing.refunded, "standing: refunded")
    expect(fare.total, standing.fare, "standing: fare")
    expect(facts.inWallet, standing.inWallet, "standing: in the wallet")

    if let record {
      let stored = methods.map { method in
        record.charges.filter { $0.source == method }.reduce(0) { $0 + $1.captured - $1.refunded }
      }
      expect(
        record.fare.total, stored.reduce(0, +) + record.owed + record.refunded + record.writtenOff,
        "record: paid + owed + refunded + written off")
      expect(fare.total, record.fare.total, "record: fare")
      for (method, amount) in zip(methods, stored) { expect(facts.net(method), amount, "record: \(method.rawValue)") }
      expect(standing.owed, record.owed, "record: owed")
      expect(standing.writtenOff, record.writtenOff, "record: written off")
      expect(facts.waived, record.refunded, "record: refunded")
      expect(facts.inWallet, record.standing.inWallet, "record: in the wallet")
    }

    expect(fare.total + facts.tipped, charged.sum("clearing", fare.currency), "journals: clearing")
    expect(
      facts.disputed(.open) + facts.disputed(.lost) - facts.net(.card) - facts.tips[.card, default: 0]
        - facts.inWallet + (facts.gatewayFees[fare.currency] ?? 0),
      charged.sum("gateway", fare.currency), "journals: gateway")
    for currency in Set(facts.gatewayFees.keys).union(charged.remainders("fees").map(\.currency)) {
      expect(-(facts.gatewayFees[currency] ?? 0), charged.sum("fees", currency), "journals: fees")
    }
    expect(-facts.disputed(.open), charged.sum("disputed", fare.currency), "journals: disputed")
    expect(-standing.owed, charged.sum("receivable", fare.currency), "journals: receivable")
    expect(-standing.writtenOff, charged.sum("written-off", fare.currency), "journals: written-off")
    expect(-facts.waived - facts.disputed(.lost), charged.sum("platform", fare.currency), "journals: platform")
    // What was given in cash comes back into the wallet.
    expect(-facts.captured[.cash, default: 0], charged.sum("cash", fare.currency), "journals: cash")
    expect(
      facts.returned[.cash, default: 0] - facts.net(.wallet) - facts.tips[.wallet, default: 0] + facts.inWallet,
      charged.sum("rider", fare.currency), "journals: wallet")
    return findings + charges(fare.currency)
  }

  /// One charge for each thing that was to be paid, and no more back of it than was captured: by the events and the record.
  private func charges(_ currency: Currency) -> [Finding] {
    var findings: [Finding] = []
    func add(_ key: String, _ expected: String, _ found: String) {
      findings.append(Finding(kind: .charge, service: PaymentService.name, key: key, expected: expected, found: found))
    }
    for (leg, times) in facts.settlements where times > 1 {
      add(leg.text.isEmpty ? "the ride" : "correction \(leg)", "one outcome", "\(times)")
    }
    for (id, charge) in facts.charges.sorted(by: { $0.key < $1.key }) {
      if charge.times > 1 { add("charge \(id)", "one capture", "\(charge.times)") }
      if charge.refunded > charge.captured {
        add(
          "charge \(id)", "at most \(Money(charge.captured, currency)) back",
          "\(Money(charge.refunded, currency))")
      }
      if charge.failed > charge.refunded {
        add(
          "charge \(id)", "at most \(Money(charge.refunded, currency)) that the card could not have",
          "\(Money(charge.failed, currency))")
      }
    }
    guard let record else { return findings }
    var stored: Set<Identifier> = []
    for charge in record.charges {
      let key = "charge \(charge.id)"
      if !stored.insert(charge.id) { add(key, "once in the record", "twice") }
      if charge.refunded < 0 || charge.refunded > charge.captured {
        add(key, "at most \(Money(charge.captured, currency)) back", "\(Money(charge.refunded, currency))")
      }
      guard charge.source == .card else { continue }
      guard let known = facts.charges[charge.id] else {
        add(key, "an event that says so", "none")
        continue
      }
      if known.captured != charge.captured {
        add(key, "\(Money(known.captured, currency)) captured", "\(Money(charge.captured, currency))")
      }
    }
    for (id, charge) in facts.charges where charge.captured > 0 && !stored.contains(id) {
      add("charge \(id)", "in the ride's record", "not there")
    }
    return findings
  }

  // MARK: Driver

  /// What the driver was paid is what fare, rate, tips, tolls and cash come to, and is booked so.
  func driver() -> [Finding] {
    guard let fare = facts.fare, let paid = facts.paid else { return [] }
    var findings: [Finding] = []
    func expect(_ expected: Int, _ found: Int, _ key: String) {
      guard expected != found else { return }
      findings.append(
        Finding(
          kind: .driverPaid, service: DriverService.name, key: key, expected: "\(Money(expected, fare.currency))",
          found: "\(Money(found, fare.currency))"))
    }
    let own = fare.base + fare.distance + fare.time + fare.surge
    // No item of a fare is negative: half away from zero is half up.
    let commission = (own * paid.commission.basisPoints + 5000) / 10_000
    let payable = own - commission + fare.tip + fare.tolls - facts.cashTaken
    expect(own, paid.earning.fare, "DRIVER_PAID: fare")
    expect(commission, paid.earning.commission, "DRIVER_PAID: commission")
    expect(fare.tip, paid.earning.tips, "DRIVER_PAID: tips")
    expect(fare.tolls, paid.earning.tolls, "DRIVER_PAID: tolls")
    expect(fare.taxes, paid.taxes, "DRIVER_PAID: taxes")
    expect(facts.cashTaken, paid.earning.cash, "DRIVER_PAID: cash")
    expect(payable + facts.tipped, earned.sum("driver", fare.currency), "journals: driver")
    expect(commission, earned.sum("platform", fare.currency), "journals: platform")
    expect(fare.taxes, earned.sum("taxes", fare.currency), "journals: taxes")
    expect(-fare.total - facts.tipped, earned.sum("clearing", fare.currency), "journals: clearing")
    return findings
  }

  /// What payment and driver have booked between them comes to nothing: the fare, and the cash that was taken.
  func between() -> [Finding] {
    [("clearing", Violation.Kind.clearing), ("cash", .cash)].flatMap { account, kind in
      var both: [Currency: Int] = [:]
      for money in charged.remainders(account) + earned.remainders(account) {
        both[money.currency, default: 0] += money.minorUnits
      }
      return both.filter { $0.value != 0 }.amounts.map {
        Finding(
          kind: kind, service: "\(PaymentService.name) and \(DriverService.name)", key: account, expected: "0",
          found: "\($0)")
      }
    }
  }

  /// A price that was held is what is charged.
  func quote() -> [Finding] {
    guard let quote = facts.quote, let completion = facts.completions.first, completion.refusal != nil,
      quote.difference(from: completion.fare) != nil
    else { return [] }
    let fare = completion.fare
    let charged = Money(fare.total - fare.tip - fare.tolls, fare.currency)
    return [
      Finding(
        kind: .quote, service: PaymentService.name, key: "fare without tip and tolls", expected: "\(quote.amount)",
        found: "\(charged)")
    ]
  }

  // MARK: Receipt

  /// The last receipt says where the ride's money has come from, and it was sent so, version by version.
  func receipt(_ receipt: Receipt?) -> [Finding] {
    guard let receipt, let standing = facts.standing else { return [] }
    var findings: [Finding] = []
    func add(_ key: String, _ expected: String, _ found: String) {
      findings.append(
        Finding(kind: .receipt, service: NotificationService.name, key: key, expected: expected, found: found))
    }
    func text(_ amounts: PaymentStanding?) -> String {
      amounts.map { String(decoding: JSONWriter.bytes(of: $0), as: UTF8.self) } ?? "nothing"
    }
    if receipt.said != standing {
      add("version \(receipt.version)", text(standing), text(receipt.said))
    }
    if receipt.version > 0, receipt.email != nil,
      receipt.saidTipped != receipt.tipped || ![0, facts.tipped].contains(receipt.tipped)
    {
      // One from before receipts told of tips says nothing of them.
      add("version \(receipt.version)", "a tip of \(facts.tipped)", "\(receipt.saidTipped)")
    }
    guard receipt.email != nil, receipt.version > 0 else { return findings }
    for version in 1...receipt.version
    where facts.receipts[version] == nil && !facts.refusedReceipts.contains(version) {
      add("version \(version)", "sent", "not sent")
    }
    if let last = facts.receipts[receipt.version] {
      if let amounts = last.amounts, amounts != standing { add("RECEIPT_SENT", text(standing), text(amounts)) }
      if let fare = facts.fare, last.amount != fare.total {
        add("RECEIPT_SENT", "\(fare.amount)", "\(Money(last.amount, last.currency))")
      }
    }
    for version in (facts.refusedReceipts.union(facts.receipts.keys)).sorted()
    where version > receipt.version || version < 1 {
      add("version \(version)", "\(receipt.version) versions", "sent")
    }
    return findings
  }
}

extension PaymentStanding {
  fileprivate subscript(method: Payment.Method) -> Int {
    switch method {
    case .card: card
    case .wallet: wallet
    case .cash: cash
    }
  }
}
