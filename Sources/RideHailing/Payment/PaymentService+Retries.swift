import EventStreams

/// What is owed is charged again, some days later: by events, so that nobody waits, and at most eight times in two weeks. A card that is declined for
/// good is not tried again.
extension PaymentService {
  /// The effects of another attempt; the gateway has been asked by then, if anything is still owed.
  func retry(_ event: Event<PaymentRetryDue>) async throws -> Effects {
    let due = event.data
    guard let owing = try await owing(due.rideID, by: due.riderID, event), let card = owing.record.payment.token else {
      return .none
    }
    return try await charge(owing, card, because: .attempt(due), due.eventID, event)
  }

  /// Why what is owed is charged.
  enum Occasion {
    /// It was declined for the time being, and is tried again.
    case attempt(PaymentRetryDue)
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
    var (due, cause): (PaymentRetryDue?, String?)
    switch occasion {
    case .attempt(let attempt): due = attempt
    case .arrears(let arrears, let id):
      cause = id
      if arrears.replacesCard { after.payment = Payment(.card, token: card) }
    }
    if let reason = answer.declineReason {
      after.decline(because: reason, attempt: answer.reference)
      let next = answer.isHard ? nil : due?.next
      let failed = PaymentFailed(
        owing.ride, after, amount: owing.record.owed, method: .card, reason: reason, attempt: answer.reference,
        retry: due?.attempt, retryAt: next?.due, cause: cause)
      return owing.become(
        Settlement(rideID: owing.ride, after, nil) {
          $0.publish(failed)
          if let next, let time = next.due { $0.publish(next, due: time) }
        })
    }
    return owing.become(
      try paid(
        owing.ride, after, owing.owed, from: .gateway, .card, id: "\(Self.name):\(key)", event,
        reference: answer.reference, retry: due?.attempt, cause: cause))
  }

  /// What is owed was paid, or some of it.
  ///
  /// - Parameters:
  ///   - journal: its id, which is the charge's too where no gateway has named it.
  ///   - reference: the gateway's name for the charge.
  func paid<Cause>(
    _ ride: String, _ record: PaymentRecord, _ amount: Money, from account: Account, _ method: Payment.Method,
    id journal: String, _ event: Event<Cause>, reference: String? = nil, retry: Int? = nil, cause: String? = nil
  ) throws -> Settlement {
    var after = record
    after.settle(amount.minorUnits, from: method, id: reference ?? journal)
    let captured = PaymentCaptured(
      ride, after, amount: amount.minorUnits, method: method, reference: reference, retry: retry, cause: cause)
    return Settlement(
      rideID: ride, after,
      try Journal(
        id: journal, kind: .charged, rideID: ride, effectiveAt: event.timestamp,
        recordedAt: event.entryID.recordedAt,
        postings: [.debit(account, amount), .credit(.receivable(record.riderID), amount)])
    ) { $0.publish(captured) }
  }
}
