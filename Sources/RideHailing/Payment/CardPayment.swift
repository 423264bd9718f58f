/// What a payment by card came to: what was captured, by which charges, and what could not be.
struct CardPayment: Sendable {
  var parts: [ChargePart] = []
  /// What is left to pay, in minor units.
  var rest: Int
  /// Why the rest was declined.
  var declineReason: String?
  /// The gateway's name for the attempt that was declined.
  var attempt: String?
  /// True if no further attempt with the same card can help.
  var isHard = true

  init(rest: Int) { self.rest = rest }

  /// What it came to, as the events that followed say.
  init(_ answer: PaymentDecisions.Answer, of amount: Int) {
    parts = answer.parts
    if parts.isEmpty, answer.declineReason == nil {
      parts = [ChargePart(charge: answer.reference ?? "", amount: amount)]
    }
    declineReason = answer.declineReason
    attempt = answer.reference
    isHard = answer.isHard
    rest = amount
    rest -= captured
  }

  /// What was captured, in minor units.
  var captured: Int { parts.reduce(0) { $0 + $1.amount } }

  mutating func take(_ result: ChargeResult, of amount: Int) {
    if let reason = result.declineReason {
      declineReason = reason
      attempt = result.reference
      isHard = result.isHard
    } else {
      parts.append(ChargePart(charge: result.reference, amount: amount))
      rest -= amount
    }
  }
}

extension [ChargePart] {
  /// Leaves the first of them, up to an amount.
  ///
  /// - Returns: the rest.
  mutating func split(after amount: Int) -> [ChargePart] {
    var (own, others) = ([ChargePart](), [ChargePart]())
    var left = amount
    for part in self {
      let taken = Swift.min(left, part.amount)
      left -= taken
      if taken > 0 { own.append(ChargePart(charge: part.charge, amount: taken)) }
      if taken < part.amount { others.append(ChargePart(charge: part.charge, amount: part.amount - taken)) }
    }
    self = own
    return others
  }
}
