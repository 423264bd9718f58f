import EventStreams

/// What is held before a ride, what one costs that does not take place, and what is given after it.
extension RideMoney {
  private func finding(
    _ kind: Violation.Kind, _ key: String, _ expected: String, _ found: String, service: String = PaymentService.name
  ) -> Finding {
    Finding(kind: kind, service: service, key: key, expected: expected, found: found)
  }

  /// Each hold ends once: captured, at most as much as is held, or let go; or with a ride that was paid when it was over.
  ///
  /// - Parameter open: what payment has stored as held.
  func holds(_ open: CardHold?) -> [Finding] {
    facts.holds.sorted { $0.key < $1.key }.flatMap { reference, hold -> [Finding] in
      let captured = facts.charges[reference]
      let isOpen = open?.reference?.hasSameBytes(as: reference.text) == true
      var ends = Array(repeating: "let go", count: hold.releases)
      if captured != nil { ends.append("captured") }
      if isOpen { ends.append("still held") }
      var findings: [Finding] = []
      if ends.count > 1 {
        findings.append(finding(.hold, "hold \(reference)", "one end", ends.joined(separator: ", ")))
      }
      // A ride that was paid when nothing was held any more is charged otherwise.
      if ends.isEmpty, facts.completions.isEmpty {
        findings.append(finding(.hold, "hold \(reference)", "captured, let go, or held", "none of it"))
      }
      if let captured, captured.captured > hold.amount.minorUnits {
        let amount = Money(captured.captured, hold.amount.currency)
        findings.append(finding(.hold, "hold \(reference)", "at most \(hold.amount)", "\(amount) captured"))
      }
      return findings
    }
  }

  /// What is still owed is among what its rider is known to owe; and what was given up, was so once, and because that was wanted.
  ///
  /// - Parameters:
  ///   - owed: what payment has stored of it among the rider's arrears; nil for nothing.
  ///   - isWhole: false if the history may lack what led to it.
  func arrears(_ owed: Int?, _ isWhole: Bool) -> [Finding] {
    guard let standing = facts.standing, let currency = facts.fare?.currency else { return [] }
    var findings: [Finding] = []
    if standing.owed != owed ?? 0 {
      findings.append(
        finding(
          .arrears, "owed", "\(Money(standing.owed, currency))", "\(Money(owed ?? 0, currency)) among the arrears"))
    }
    for (cause, amounts) in facts.writtenOff.sorted(by: { $0.key < $1.key }) {
      if amounts.count > 1 {
        findings.append(finding(.arrears, "written off by \(cause)", "once", "\(amounts.count) times"))
      }
      if isWhole, !facts.givenUp.contains(cause) {
        findings.append(
          finding(
            .arrears, "written off", "nothing", "\(Money(amounts[0], currency)) by \(cause), which is no decision"))
      }
    }
    return findings
  }

  /// Each dispute is opened once, and won or lost at most once; no more is contested than was captured; and payment knows how it stands.
  ///
  /// - Parameters:
  ///   - stored: what payment has stored of them.
  ///   - captured: what was captured of the charges that are contested, also for other rides, which were owed and charged along.
  func disputes(_ stored: [RideDispute], _ captured: [Identifier: Int]) -> [Finding] {
    var findings: [Finding] = []
    for (id, dispute) in facts.disputes.sorted(by: { $0.key < $1.key }) {
      let key = "dispute \(id)"
      if dispute.outcomes.count(where: { $0 == .open }) != 1 || dispute.outcomes.count > 2 {
        findings.append(
          finding(
            .dispute, key, "opened, then won or lost once",
            dispute.outcomes.map(\.rawValue).joined(separator: ", ")))
      }
      if let captured = captured[dispute.charge], dispute.amount.minorUnits > captured {
        let captured = Money(captured, dispute.amount.currency)
        findings.append(finding(.dispute, key, "at most \(captured)", "\(dispute.amount) contested"))
      }
      let status = dispute.outcomes.first { $0 != .open } ?? .open
      let found = stored.first { $0.id.hasSameBytes(as: id.text) }
      // It leaves when it was decided long enough ago; the ride has left by then.
      if found == nil, record == nil, status != .open { continue }
      if found?.status != status || found?.money != dispute.amount || found?.fee != dispute.fee {
        findings.append(
          finding(
            .dispute, key, "\(dispute.amount) \(status.rawValue) in the record",
            found.map { "\($0.money) \($0.status.rawValue)" } ?? "nothing"))
      }
    }
    return findings
  }

  /// A fee is charged once, as a cancellation says, and for no ride that took place.
  ///
  /// - Parameter isWhole: false if the history may lack the cancellation.
  func cancellations(_ isWhole: Bool) -> [Finding] {
    guard let fee = facts.fees.first else { return [] }
    var findings: [Finding] = []
    if facts.fees.count > 1 { findings.append(finding(.cancellation, "fees", "one", "\(facts.fees.count)")) }
    if facts.completions.contains(where: { $0.refusal != nil }) {
      findings.append(finding(.cancellation, "fee", "none for a ride that was completed", "\(fee.amount)"))
    }
    if isWhole, !facts.asked.contains(fee) {
      let asked = facts.asked.map { "\($0.amount) for \($0.driverID)" }.joined(separator: ", ")
      findings.append(
        finding(.cancellation, "fee", asked.isEmpty ? "none" : asked, "\(fee.amount) for \(fee.driverID)"))
    }
    return findings
  }

  /// Each tip is taken once, as it was given, or refused.
  ///
  /// - Parameters:
  ///   - isWhole: false if the history may lack what was given.
  ///   - booked: what payment has stored as taken.
  func tips(_ isWhole: Bool, _ booked: [String]?) -> [Finding] {
    var findings: [Finding] = []
    for (tip, amounts) in facts.taken.sorted(by: { $0.key < $1.key }) {
      if amounts.count > 1 || facts.refusedTips.contains(tip) {
        findings.append(finding(.tip, tip.text, "one outcome", "\(amounts.count) taken, or refused as well"))
      }
      if isWhole, facts.given[tip] != amounts[0] {
        findings.append(
          finding(.tip, tip.text, facts.given[tip].map { "\($0)" } ?? "nothing given", "\(amounts[0]) taken"))
      }
    }
    return findings + difference(booked, PaymentService.name)
  }

  /// Each tip that was taken has come to the driver.
  ///
  /// - Parameter booked: what driver has stored as paid.
  func tipsPaid(_ booked: [String]?) -> [Finding] { difference(booked, DriverService.name) }

  private func difference(_ tips: [String]?, _ service: String) -> [Finding] {
    guard let tips else { return [] }
    let (taken, booked) = (Set(facts.taken.keys), Set(names: tips))
    guard taken != booked else { return [] }
    func text(_ tips: Set<Identifier>) -> String {
      tips.isEmpty ? "none" : tips.sorted().map(\.text).joined(separator: ", ")
    }
    return [finding(.tip, "tips that are booked", text(taken), text(booked), service: service)]
  }
}
