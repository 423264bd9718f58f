import EventStreams

/// Corrections: decided, charged or given back, and booked in one step, from the ride's own record. What a request says of the ride must
/// agree with it, and counts for nothing else.
extension PaymentService {
  /// A correction that is allowed: the ride before it, and what it is.
  private struct Allowed<Approval: RideCorrectionStep> {
    let shard: OwnedShard
    /// The record as it is stored, after corrections; nil if there was none yet.
    let stored: String?
    let record: PaymentRecord
    let approval: RideCorrection<Approval>
    let at: Timestamp
    let recordedAt: Timestamp
    /// Before then the gateway was not asked.
    let since: Timestamp

    /// The record when this correction has been taken in.
    func corrected(fare: Fare? = nil) -> PaymentRecord {
      var after = record
      after.fare = fare ?? record.fare
      after.corrections.append(approval.eventID)
      return after
    }

    func journal(_ kind: AccountEntry.Kind, _ postings: [Posting]) throws -> Journal {
      try Journal(
        id: "payment:\(approval.eventID)", kind: kind, rideID: approval.rideID, effectiveAt: at, recordedAt: recordedAt,
        corrects: approval.corrected(by: PaymentService.name), reason: approval.reason, postings: postings)
    }
  }

  /// The effects of another fare: the rider pays the difference, or gets it back.
  func adjust(_ event: Event<FareAdjustmentRequested>) async throws -> Effects {
    try await correct(event, as: FareAdjusted.self) { correction in
      guard let fare = correction.approval.newFare else { throw Unprocessable("an adjustment without a new fare") }
      let after = correction.corrected(fare: fare)
      let difference = fare.total - correction.record.fare.total
      guard difference > 0 else {
        return .one(
          try await giveBack(-difference, correction, after, .adjusted) { [.debit(.clearing, $0)] })
      }
      // Nobody can be asked for cash any more.
      let method = after.payment.method == .cash ? Payment.Method.wallet : after.payment.method
      let amount = Money(difference, fare.currency)
      return try await collect(
        difference, from: method, rideID: correction.approval.rideID, after, key: correction.approval.eventID,
        since: correction.since, correction: correction.approval.correction
      ) { debits, _ in try correction.journal(.adjusted, debits + [.credit(.clearing, amount)]) }
    }
  }

  /// The effects of a refund, which the platform bears: the driver keeps what was earned.
  func refund(_ event: Event<RefundRequested>) async throws -> Effects {
    try await correct(event, as: RideRefunded.self) { correction in
      guard let amount = correction.approval.amount else { throw Unprocessable("a refund without an amount") }
      var after = correction.corrected()
      after.bear(amount)
      return .one(try await giveBack(amount, correction, after, .refunded) { [.debit(.platform, $0)] })
    }
  }

  /// Approves a request or refuses it; of two that knew of the same state, the first is approved.
  ///
  /// - Parameter settle: what an allowed correction comes to.
  private func correct<Request, Approval>(
    _ event: Event<RideCorrection<Request>>, as type: RideCorrection<Approval>.Type,
    _ settle: (Allowed<Approval>) async throws -> Settlements
  ) async throws -> Effects {
    let request = event.data
    func refuse(_ reason: String, _ effects: inout Effects) {
      effects.publish(
        request.becoming(CorrectionRefused.self, reason: reason), id: CorrectionRefused.id(ofRequest: event.id))
    }
    let stored = try await event.shard.field(PaymentRecord.corrected, request.rideID)
    let booked = stored == nil ? try await event.shard.field(PaymentRecord.hash, request.rideID) : nil
    guard let record = try (stored ?? booked).map({ try Self.decode($0) }) else {
      let hint = try await RideRecords.hint(at: event.entryID, in: event.shard)
      return Effects { refuse("no such ride was charged in \(request.city)\(hint)", &$0) }
    }
    let approval = request.becoming(type, of: record)
    // Asked for again, under the same name: it has been done.
    guard !record.has(approval.eventID) else { return .none }
    let closed = try await RideRecords.refusal(ofRideEndedAt: record.at, at: event.entryID, in: event.shard)
    let contested = try await contested(request.rideID, record, in: event.shard)
    if let problem = closed ?? request.problem(with: record) ?? contested { return Effects { refuse(problem, &$0) } }
    let settlements = try await settle(
      Allowed(
        shard: event.shard, stored: stored, record: record, approval: approval, at: event.timestamp,
        recordedAt: event.entryID.recordedAt, since: event.earliest))
    let arrears = try await arrears(of: record.riderID, in: event.shard)
    return Effects { effects in
      effects.when(PaymentRecord.corrected, request.rideID, stored.map { .equals($0) } ?? .isAbsent) {
        $0.publish(approval)
        settlements.write(to: &$0, in: PaymentRecord.corrected, after: arrears)
      } otherwise: {
        refuse("another correction of the ride came first", &$0)
      }
    }
  }

  /// Gives money back the way it came: to the cards, or into the wallet; but first, what is owed is owed no more.
  ///
  /// - Parameter debits: who bears the amount.
  private func giveBack<Approval>(
    _ amount: Int, _ correction: Allowed<Approval>, _ record: PaymentRecord, _ kind: AccountEntry.Kind,
    from debits: (Money) -> [Posting]
  ) async throws -> Settlement {
    let (approval, currency) = (correction.approval, record.fare.currency)
    var record = record
    var (owedLess, writtenOffLess, refunds) = record.giveBack(amount)
    for index in refunds.indices where refunds[index].source == .card {
      refunds[index].reference = try await gateway.refund(
        CardRequest(
          Money(refunds[index].amount, currency), token: nil, key: "\(approval.eventID)/\(refunds[index].charge)",
          rideID: approval.rideID, riderID: record.riderID, city: record.city, since: correction.since),
        ofCharge: refunds[index].charge)
    }
    func sum(_ isMeant: (Payment.Method) -> Bool) -> Money {
      Money(refunds.reduce(0) { isMeant($1.source) ? $0 + $1.amount : $0 }, currency)
    }
    let credits: [Posting] = [
      .credit(.receivable(record.riderID), Money(owedLess, currency)),
      .credit(.writtenOff, Money(writtenOffLess, currency)), .credit(.gateway, sum { $0 == .card }),
      // What was given in cash comes back into the wallet.
      .credit(.rider(record.riderID), sum { $0 != .card }),
    ]
    let journal = try correction.journal(kind, debits(Money(amount, currency)) + credits)
    guard amount > 0 else { return Settlement(rideID: approval.rideID, record, journal) }
    let event = PaymentRefunded(
      approval.rideID, record, amount: amount - owedLess - writtenOffLess, method: record.payment.method,
      reference: refunds.first { $0.source == .card }?.reference, refunds: refunds, correction: approval.correction)
    return Settlement(rideID: approval.rideID, record, journal) { $0.publish(event) }
  }
}

extension RideCorrection {
  /// The approved correction, with the ride's facts from its record.
  fileprivate func becoming<Next: RideCorrectionStep>(
    _ type: RideCorrection<Next>.Type, of record: PaymentRecord
  ) -> RideCorrection<Next> {
    var next = becoming(type)
    next.riderID = record.riderID
    next.driverID = record.driverID
    next.city = record.city
    next.payment = record.payment
    next.isOwed = record.owed > 0
    next.fare = record.fare
    next.refunded = record.refunded
    next.follows = record.corrections.last
    return next
  }

  /// Why this can't be done to the ride as it stands, for people; nil if it can.
  fileprivate func problem(with record: PaymentRecord) -> String? {
    let amount = { Money($0, record.fare.currency) }
    guard OutcomeID.isSame(follows, as: record.corrections.last) else {
      return "another correction of the ride came first"
    }
    if !riderID.hasSameBytes(as: record.riderID) { return "the ride's rider is \(record.riderID), not \(riderID)" }
    if !driverID.hasSameBytes(as: record.driverID) { return "the ride's driver is \(record.driverID), not \(driverID)" }
    if !city.hasSameBytes(as: record.city) { return "the ride was in \(record.city), not in \(city)" }
    if fare.amount != record.fare.amount { return "the ride's fare is \(record.fare.amount), not \(fare.amount)" }
    if refunded != record.refunded {
      return "\(amount(record.refunded)) of the ride was refunded before, not \(amount(refunded))"
    }
    if let newFare {
      if newFare.currency != record.fare.currency { return "the ride's currency is \(record.fare.currency)" }
      if newFare.total < record.refunded {
        return "\(newFare.amount) is less than what was refunded, \(amount(record.refunded))"
      }
      if newFare == record.fare { return "the ride's fare is \(newFare.amount) already" }
    } else if let refund = self.amount, refund > record.refundable {
      return "\(amount(refund)) is more than what is left of the fare, \(amount(record.refundable))"
    }
    return nil
  }
}
