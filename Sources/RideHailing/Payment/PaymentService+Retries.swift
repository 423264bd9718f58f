import EventStreams

/// What is owed is charged again, some days later: by events, so that nobody waits, and at most eight times in two weeks. A card that is declined for
/// good is not tried again; another one begins a series of its own, and ends the one before it.
extension PaymentService {
  /// The effects of another attempt; the gateway has been asked by then, if anything is still owed.
  func retry(_ event: Event<PaymentRetryDue>) async throws -> Effects {
    let due = event.data
    guard let owing = try await owing(due.rideID, by: due.riderID, event), let card = owing.record.payment.token,
      owing.record.isTried(by: due)
    else { return .none }
    return try await charge(owing, card, because: .attempt(due, event: event.id), due.eventID, event)
  }

  /// Why what is owed is charged.
  enum Occasion {
    /// It was declined for the time being, and is tried again.
    case attempt(PaymentRetryDue, event: String)
    /// There is money again.
    case arrears(ArrearsDue, event: String)
  }

  /// Charges what is owed to a card.
  ///
  /// - Parameter key: the event's own id, whatever it was published under.
  func charge<Cause>(
    _ owing: Owing, _ card: String, because occasion: Occasion, _ key: String, _ event: Event<Cause>
  ) async throws -> Effects {
    let answer = try await gateway.charge(
      CardRequest(
        owing.owed, token: card, key: key, rideID: owing.ride, riderID: owing.record.riderID, city: owing.record.city,
        since: event.earliest))
    var after = owing.record
    var (attempt, next, cause): (Int?, PaymentRetryDue?, String?)
    switch occasion {
    case .attempt(let due, let id):
      (attempt, next) = (due.attempt, due.next)
      cause = due.series.map { _ in id }
    case .arrears(let arrears, let id):
      cause = id
      after.note(cause: id)
      if arrears.replacesCard {
        (after.payment, after.series) = (Payment(.card, token: card), id)
        next = PaymentRetryDue(
          rideID: owing.ride, riderID: owing.record.riderID, city: owing.record.city, attempt: 1, since: event.earliest,
          series: id)
      }
    }
    if let reason = answer.declineReason {
      after.decline(because: reason, attempt: answer.reference)
      if answer.isHard { next = nil }
      let failed = PaymentFailed(
        owing.ride, after, amount: owing.record.owed, method: .card, reason: reason, attempt: answer.reference,
        retry: attempt, retryAt: next?.due, cause: cause)
      let following = next
      return owing.become(
        Settlement(rideID: owing.ride, after, nil) {
          $0.publish(failed)
          if let following, let time = following.due { $0.publish(following, due: time) }
        })
    }
    return owing.become(
      try paid(
        owing.ride, after, owing.owed, from: .gateway, .card, id: "\(Self.name):\(key)", event,
        by: [ChargePart(charge: answer.reference, amount: owing.record.owed)], retry: attempt, cause: cause))
  }

  /// What is owed was paid, or some of it.
  ///
  /// - Parameters:
  ///   - journal: its id, which is the charge's too where no gateway has named it.
  ///   - parts: what was captured of which charges; none of a wallet.
  ///   - other: the ride with whose fare it was charged, if it was.
  func paid<Cause>(
    _ ride: String, _ record: PaymentRecord, _ amount: Money, from account: Account, _ method: Payment.Method,
    id journal: String, _ event: Event<Cause>, by parts: [ChargePart] = [], with other: String? = nil,
    retry: Int? = nil, cause: String? = nil
  ) throws -> Settlement {
    var after = record
    if parts.isEmpty { after.settle(amount.minorUnits, from: method, id: journal) }
    for part in parts { after.settle(part.amount, from: method, id: part.charge, with: other) }
    if let cause, retry == nil { after.note(cause: cause) }
    let captured = PaymentCaptured(
      ride, after, amount: amount.minorUnits, method: method, reference: parts.first?.charge,
      charges: parts.count > 1 ? parts : [], retry: retry, cause: cause)
    return Settlement(
      rideID: ride, after,
      try Journal(
        id: journal, kind: .charged, rideID: ride, effectiveAt: event.timestamp,
        recordedAt: event.entryID.recordedAt,
        postings: [.debit(account, amount), .credit(.receivable(record.riderID), amount)])
    ) { $0.publish(captured) }
  }
}

extension PaymentRecord {
  /// Whether an attempt is one of those that are under way: another card has ended the others.
  fileprivate func isTried(by due: PaymentRetryDue) -> Bool {
    series.map { due.series?.hasSameBytes(as: $0) == true } ?? (due.series == nil)
  }
}
