import EventStreams

/// What is owed is charged again, some days later: by events, so that nobody waits, and at most eight times in two weeks. A card that is declined for
/// good is not tried again.
extension PaymentService {
  /// The effects of another attempt; the gateway has been asked by then, if anything is still owed.
  func retry(_ event: Event<PaymentRetryDue>) async throws -> Effects {
    let due = event.data
    let stored = try await event.shard.field(PaymentRecord.corrected, due.rideID)
    let booked = stored == nil ? try await event.shard.field(PaymentRecord.hash, due.rideID) : nil
    guard let record = try (stored ?? booked).map({ try Self.decode($0) }), record.owed > 0,
      let token = record.payment.token
    else { return .none }
    let owed = Money(record.owed, record.fare.currency)
    let answer = try await gateway.charge(
      CardRequest(
        owed, token: token, key: event.data.eventID, rideID: due.rideID, riderID: record.riderID, city: record.city,
        since: event.earliest))
    var after = record
    var journal: Journal?
    let outcome: @Sendable (inout Effects) -> Void
    if let reason = answer.declineReason {
      after.decline(because: reason, attempt: answer.reference)
      let next = answer.isHard ? nil : due.next
      let failed = PaymentFailed(
        due.rideID, after, amount: owed.minorUnits, method: .card, reason: reason, attempt: answer.reference,
        retry: due.attempt, retryAt: next?.due)
      outcome = {
        $0.publish(failed)
        if let next, let time = next.due { $0.publish(next, due: time) }
      }
    } else {
      after.settle(by: answer.reference)
      journal = try Journal(
        id: "\(Self.name):\(due.eventID)", kind: .charged, rideID: due.rideID, effectiveAt: event.timestamp,
        recordedAt: event.entryID.recordedAt,
        postings: [.debit(.gateway, owed), .credit(.receivable(record.riderID), owed)])
      let captured = PaymentCaptured(
        due.rideID, after, amount: owed.minorUnits, method: .card, reference: answer.reference, retry: due.attempt)
      outcome = { $0.publish(captured) }
    }
    let (settled, entry) = (after, journal)
    return Effects { effects in
      effects.when(PaymentRecord.corrected, due.rideID, stored.map { .equals($0) } ?? .isAbsent) {
        $0.set(PaymentRecord.corrected, due.rideID, to: settled)
        entry?.post(to: &$0)
        outcome(&$0)
      }
    }
  }
}
