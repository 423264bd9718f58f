import EventStreams

/// What riders give their drivers after a ride's end: a charge of its own, booked by itself, which changes nothing of the ride's.
extension PaymentService {
  /// The effects of a tip; the gateway has been asked by then, unless the tip is booked already or can't be given.
  func tip(_ event: Event<RideTipped>) async throws -> Effects {
    let (tip, shard) = (event.data, event.shard)
    let (booked, isUnchanged) = try await RideTips.booked(tip.rideID, in: shard)
    guard !booked.contains(tip.eventID) else { return .none }
    let record = try await record(of: tip.rideID, in: shard)
    let payment = tip.payment ?? record?.payment ?? Payment(.card)
    func refuse(_ reason: String, attempt: String? = nil, _ effects: inout Effects) {
      effects.publish(
        TipRefused(tip, method: payment.method, reference: attempt, reason: FreeText.cut(reason)),
        timestamp: event.timestamp)
    }
    guard let record else {
      let hint = try await RideRecords.hint(at: event.entryID, in: shard)
      return Effects { refuse("no such ride was completed in \(tip.city)\(hint)", &$0) }
    }
    if let reason = record.refusal(of: tip, paidBy: payment, at: tip.at ?? event.timestamp) {
      return Effects { refuse(reason, &$0) }
    }

    func book(_ account: Account, _ reference: String?, _ journal: Journal, _ effects: inout Effects) {
      effects.when(RideTips.hash, tip.rideID, isUnchanged) {
        $0.set(RideTips.hash, tip.rideID, to: booked.adding(tip.eventID))
        journal.post(to: &$0)
        $0.publish(TipCaptured(tip, method: payment.method, reference: reference), timestamp: event.timestamp)
      }
    }
    func journal(_ account: Account) throws -> Journal {
      try Journal(
        id: "\(Self.name):\(tip.eventID)", kind: .tipped, rideID: tip.rideID, effectiveAt: tip.at ?? event.timestamp,
        recordedAt: event.entryID.recordedAt,
        postings: [.debit(account, tip.money), .credit(.clearing, tip.money)])
    }
    guard payment.method == .card else {
      let wallet = Account.rider(tip.riderID)
      let paid = try journal(wallet)
      return Effects { effects in
        effects.when(LedgerState.balances, LedgerState.field(wallet, tip.currency), .isAtLeast(tip.amount)) {
          book(wallet, nil, paid, &$0)
        } otherwise: {
          refuse("insufficient funds", &$0)
        }
      }
    }
    let paid = try journal(.gateway)
    let answer = try await gateway.charge(
      CardRequest(
        tip.money, token: payment.token, key: tip.eventID, rideID: tip.rideID, riderID: tip.riderID, city: tip.city,
        since: min(event.timestamp, event.entryID.recordedAt)))
    return Effects { effects in
      if let reason = answer.declineReason {
        refuse(reason, attempt: answer.reference, &effects)
      } else {
        book(.gateway, answer.reference, paid, &effects)
      }
    }
  }
}

extension PaymentRecord {
  /// Why a tip for the ride can't be given; nil if it can.
  fileprivate func refusal(of tip: RideTipped, paidBy payment: Payment, at time: Timestamp) -> String? {
    if isCancelled { return "the ride did not take place" }
    if !riderID.hasSameBytes(as: tip.riderID) { return "the ride's rider is \(riderID), not \(tip.riderID)" }
    if !driverID.hasSameBytes(as: tip.driverID) { return "the ride's driver is \(driverID), not \(tip.driverID)" }
    if fare.currency != tip.currency { return "the ride was paid in \(fare.currency), not in \(tip.currency)" }
    if time > at + RideTipped.openTime { return "the ride could be tipped until \(at + RideTipped.openTime)" }
    if payment.method == .cash { return "what is given in cash is the driver's already" }
    if payment.method == .card, payment.token == nil { return "no card" }
    return nil
  }
}
