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
