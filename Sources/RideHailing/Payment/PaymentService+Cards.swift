import EventStreams

/// What cards are asked for.
extension PaymentService {
  /// Captures what is held, as far as it goes, and charges the rest.
  ///
  /// - Parameters:
  ///   - request: the amount that is to be paid.
  ///   - debts: what is owed besides. It is too little to be charged by itself: where it can't be had with the amount, it stays owed.
  func pay(_ request: CardRequest, from hold: CardHold?, debts: Int) async throws -> CardPayment {
    let amount = request.amount.minorUnits
    if let history {
      guard let answer = history.decision else { throw Undecided() }
      return CardPayment(answer, of: amount)
    }
    func money(_ amount: Int) -> Money { Money(amount, request.amount.currency) }
    var (payment, request) = (CardPayment(rest: amount), request)
    guard let hold, let reference = hold.reference else {
      if gateway.isChargeable(money(amount + debts)) { payment.rest += debts }
      request.amount = money(payment.rest)
      payment.take(try await gateway.charge(request), of: payment.rest)
      return payment
    }
    payment = try await beyond(hold, request, debts: debts)
    let part = min(payment.rest, hold.amount)
    request.amount = money(part)
    payment.take(try await gateway.capture(request, ofHold: reference), of: part)
    guard payment.rest > 0 else { return payment }
    (payment.declineReason, payment.attempt) = (nil, nil)
    request.amount = money(payment.rest)
    request.key += "/rest"
    payment.take(try await gateway.charge(request), of: payment.rest)
    return payment
  }

  /// What is to be paid with a hold: with debts, if these are within it, or can be charged with what is beyond it. If all of an amount is held, and not
  /// what is owed besides, that is charged before the hold is captured, with as much of the amount as makes it enough to be charged: should it be declined, all of the
  /// amount is still held.
  private func beyond(_ hold: CardHold, _ request: CardRequest, debts: Int) async throws -> CardPayment {
    func money(_ amount: Int) -> Money { Money(amount, request.amount.currency) }
    let amount = request.amount.minorUnits
    let (with, without) = (CardPayment(rest: amount + debts), CardPayment(rest: amount))
    let beyond = amount + debts - hold.amount
    if debts == 0 || beyond <= 0 { return with }
    if hold.amount < amount { return gateway.isChargeable(money(beyond)) ? with : without }
    let charged = max(beyond, gateway.least(in: hold.currency))
    guard charged < amount, gateway.isChargeable(money(charged)),
      gateway.isChargeable(money(amount + debts - charged))
    else { return without }
    var (payment, request) = (with, request)
    request.amount = money(charged)
    request.key += "/debts"
    payment.take(try await gateway.charge(request), of: charged)
    return payment.declineReason == nil ? payment : without
  }
}
