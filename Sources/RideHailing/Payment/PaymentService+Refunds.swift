import EventStreams

/// Refunds that a card could not have after all: the money is ours again at the gateway, and the rider gets it into the wallet.
extension PaymentService {
  /// The effects of the gateway's word that something has changed about a refund: how it stands is asked for. One that nobody here has made, or that
  /// is more than went back, is for whoever compares our books with the gateway's list.
  func fail(_ event: Event<GatewayNotified>, _ refund: String) async throws -> Effects {
    let (notice, shard) = (event.data, event.shard)
    let stored = try await shard.field(PaymentRecord.corrected, notice.rideID)
    guard let record = try stored.map({ try Self.decode($0) }),
      !record.failedRefunds.contains(where: { $0.reference?.hasSameBytes(as: refund) == true }),
      let answer = try await gateway.refund(named: refund)
    else { return .none }
    let wentBack = record.wentBack(to: notice.reference)
    let amount = answer.amount ?? Money(wentBack, record.fare.currency)
    guard amount.currency == record.fare.currency, (1...max(1, wentBack)).contains(amount.minorUnits), wentBack > 0
    else {
      return .none
    }
    let failed = ChargeRefund(charge: notice.reference, source: .card, amount: amount.minorUnits, reference: refund)
    var after = record
    after.fail(failed)
    let outcome = RefundFailed(
      notice.rideID, after, amount: amount.minorUnits, method: .card, reference: refund, reason: answer.reason,
      refunds: [failed], cause: event.id)
    let settlement = Settlement(
      rideID: notice.rideID, after,
      try Journal(
        id: "\(Self.name):\(outcome.eventID)", kind: .refunded, rideID: notice.rideID, effectiveAt: event.timestamp,
        recordedAt: event.entryID.recordedAt, reason: answer.reason,
        postings: [.debit(.gateway, amount), .credit(.rider(record.riderID), amount)])
    ) { $0.publish(outcome) }
    return Effects { effects in
      effects.when(PaymentRecord.corrected, notice.rideID, stored.map { .equals($0) } ?? .isAbsent) {
        settlement.write(to: &$0, in: PaymentRecord.corrected, after: nil)
      }
    }
  }
}
