extension CorrectedRide {
  /// A request to give the rider money back.
  ///
  /// - Parameters:
  ///   - amount: how much, in minor units; nil for all that is left of the fare.
  ///   - correction: the correction's own name.
  ///   - reason: why, for people.
  public func refund(
    of amount: Int?, correction: String, reason: String
  ) throws(RequestRefused) -> RefundRequested {
    guard refundable > 0 else { throw .refusal("there is nothing left to refund of ride '\(rideID)'") }
    let amount = amount ?? refundable
    let money = Money(amount, fare.currency)
    guard amount > 0 else { throw .mistake("the amount must be more than 0, not \(money)") }
    guard amount <= refundable else {
      throw .refusal(
        "\(money) is more than what is left of the fare of ride '\(rideID)': \(Money(refundable, fare.currency))")
    }
    return RefundRequested(of: self, amount: amount, correction: correction, reason: reason)
  }

  /// A request to put the fare right.
  ///
  /// - Parameters:
  ///   - total: the right total, in minor units.
  ///   - tip: the right tip; nil if it is right. The same for the others.
  ///   - tolls: the right tolls.
  ///   - taxes: the right taxes.
  ///   - correction: the correction's own name.
  ///   - reason: why, for people.
  public func adjustment(
    to total: Int, tip: Int? = nil, tolls: Int? = nil, taxes: Int? = nil, correction: String, reason: String
  ) throws(RequestRefused) -> FareAdjustmentRequested {
    let money = Money(total, fare.currency)
    for amount in [total, tip ?? 0, tolls ?? 0, taxes ?? 0] where amount < 0 {
      throw .mistake("\(Money(amount, fare.currency)) is less than nothing")
    }
    guard
      let changed = fare.changed(
        total: total, tip: tip ?? fare.tip, tolls: tolls ?? fare.tolls, taxes: taxes ?? fare.taxes)
    else {
      throw .mistake("a total of \(money) is less than tip, tolls and taxes together: give those as well")
    }
    guard total >= refunded else {
      throw .refusal(
        "\(money) is less than what was refunded of ride '\(rideID)': \(Money(refunded, fare.currency))")
    }
    guard changed != fare else { throw .refusal("the fare of ride '\(rideID)' is \(fare.amount) already") }
    return FareAdjustmentRequested(of: self, newFare: changed, correction: correction, reason: reason)
  }
}
