public import EventStreams

/// A ride's money as it stands: what it costs, which charges paid for it, and what is still owed.
///
/// The fare is at all times what was captured less what went back, what is owed, and what the platform has given of it.
public struct PaymentRecord: Sendable, Hashable {
  /// Who rode.
  public let riderID: String
  /// Who drove.
  public let driverID: String
  /// Where.
  public let city: String
  /// How the ride is paid.
  public internal(set) var payment: Payment
  /// The fare as corrected.
  public internal(set) var fare: Fare
  /// What was captured, oldest first.
  public private(set) var charges: [RideCharge] = []
  /// What the rider owes, in minor units.
  public private(set) var owed = 0
  /// What the platform has given the rider, in minor units.
  public private(set) var refunded = 0
  /// What the rider owed and is not asked for any more, in minor units.
  public private(set) var writtenOff = 0
  /// What was to go back to cards and could not, oldest first.
  public private(set) var failedRefunds: [ChargeRefund] = []
  /// Why a charge was declined; nil if none was.
  public private(set) var declineReason: String?
  /// The gateway's name for the attempt that was declined.
  public private(set) var attempt: String?
  /// The id of the event with which the attempts that are under way began, where another card began them anew; nil of those after the ride itself.
  public internal(set) var series: String?
  /// The ids of the events that had what was owed be collected or given up, the last ones.
  public private(set) var causes: [String] = []
  /// When the ride was completed.
  public let at: Timestamp
  /// True if the ride did not take place, and its fare is the fee for that.
  public private(set) var isCancelled = false
  /// The ids of the corrections that were approved, oldest first.
  public internal(set) var corrections: [String] = []

  /// Hash: ride -> its record as it was booked first. It is never changed: what is there, is booked.
  static let hash = "payments"
  /// Hash: ride -> its record after corrections; only of rides that were corrected.
  static let corrected = "corrected"

  /// A completed ride of which nothing is paid yet.
  init(_ ride: RideCompleted, at: Timestamp) {
    riderID = ride.riderID
    driverID = ride.driverID
    city = ride.city
    payment = ride.payment
    fare = ride.fare
    self.at = at
  }

  /// The fee of a ride that did not take place, of which nothing is paid yet.
  init(_ charged: CancellationCharged, _ payment: Payment) {
    riderID = charged.riderID
    driverID = charged.driverID
    city = charged.city
    self.payment = payment
    fare = charged.fare
    at = charged.at
    isCancelled = true
  }

  /// What is left to refund, in minor units.
  public var refundable: Int { fare.total - refunded }

  /// Where the fare has come from.
  public var standing: PaymentStanding {
    var standing = PaymentStanding()
    standing.fare = fare.total
    standing.owed = owed
    standing.refunded = refunded
    standing.writtenOff = writtenOff
    standing.inWallet = failedRefunds.reduce(0) { $0 + $1.amount }
    for charge in charges {
      switch charge.source {
      case .card: standing.card += charge.remaining
      case .wallet: standing.wallet += charge.remaining
      case .cash: standing.cash += charge.remaining
      }
    }
    return standing
  }

  /// In what a completion differs from what was booked, for people; nil if it says the same.
  func difference(from ride: RideCompleted) -> String? {
    if isCancelled { return "it was called off, for a fee of \(fare.amount)" }
    if fare != ride.fare {
      return fare.amount == ride.fare.amount
        ? "its fare of \(fare.amount) is made of other items" : "its fare is \(fare.amount), not \(ride.fare.amount)"
    }
    if !riderID.hasSameBytes(as: ride.riderID) { return "its rider is \(riderID), not \(ride.riderID)" }
    if !driverID.hasSameBytes(as: ride.driverID) { return "its driver is \(driverID), not \(ride.driverID)" }
    if !city.hasSameBytes(as: ride.city) { return "it was in \(city), not in \(ride.city)" }
    if payment.method != ride.payment.method {
      return "it is paid by \(payment.method.rawValue), not by \(ride.payment.method.rawValue)"
    }
    return payment == ride.payment ? nil : "it is paid with another card"
  }

  /// Whether a correction has been approved.
  func has(_ correction: String) -> Bool { corrections.contains { $0.hasSameBytes(as: correction) } }

  // MARK: Changes

  /// Enough of what led to something for whoever follows a ride; a rider may ride for years, and owe for one ride all that time.
  private static let knownCauses = 16

  /// Takes in what had what is owed be collected or given up.
  mutating func note(cause: String) {
    guard !causes.contains(where: { $0.hasSameBytes(as: cause) }) else { return }
    causes = causes.suffix(Self.knownCauses - 1) + [cause]
  }

  /// Takes in money that was captured.
  ///
  /// - Parameters:
  ///   - amount: in minor units.
  ///   - source: where it comes from.
  ///   - id: the charge's.
  ///   - ride: with whose fare it was charged, if that is another's.
  mutating func capture(_ amount: Int, from source: Payment.Method, id: String, with ride: String? = nil) {
    guard amount > 0 else { return }
    charges.append(RideCharge(id: id, source: source, captured: amount, ride: ride))
  }

  /// Takes in that an amount could not be charged.
  mutating func owe(_ amount: Int, because reason: String, attempt: String?) {
    owed += amount
    declineReason = reason
    self.attempt = attempt
  }

  /// Takes in that what is owed could not be charged once more.
  mutating func decline(because reason: String, attempt: String?) {
    declineReason = reason
    self.attempt = attempt
  }

  /// Takes in that some of what is owed was paid, with the fare of a ride if that is another's.
  mutating func settle(_ amount: Int, from source: Payment.Method, id: String, with ride: String? = nil) {
    capture(amount, from: source, id: id, with: ride)
    owed -= amount
  }

  /// Takes in that nobody is asked any more for what is owed.
  mutating func writeOff() {
    writtenOff += owed
    owed = 0
  }

  /// Lowers what is owed first, and what was given up of it, then takes from the charges, newest first: what was never paid is never given back.
  ///
  /// - Parameter amount: at most what is owed, was given up and was captured together.
  /// - Returns: by how much less is owed, by how much less was given up, and what is to go back of which charge.
  mutating func giveBack(_ amount: Int) -> (owedLess: Int, writtenOffLess: Int, refunds: [ChargeRefund]) {
    let owedLess = min(owed, amount)
    owed -= owedLess
    let writtenOffLess = min(writtenOff, amount - owedLess)
    writtenOff -= writtenOffLess
    var (rest, refunds) = (amount - owedLess - writtenOffLess, [ChargeRefund]())
    for index in charges.indices.reversed() where rest > 0 {
      let part = min(charges[index].remaining, rest)
      guard part > 0 else { continue }
      charges[index].refunded += part
      rest -= part
      refunds.append(ChargeRefund(charge: charges[index].id, source: charges[index].source, amount: part))
    }
    return (owedLess, writtenOffLess, refunds)
  }

  /// What of a charge went back to the card, as far as is known.
  func wentBack(to charge: String) -> Int {
    charges.reduce(0) { $0 + ($1.id.hasSameBytes(as: charge) && $1.source == .card ? $1.refunded : 0) }
      - failedRefunds.reduce(0) { $0 + ($1.charge.hasSameBytes(as: charge) ? $1.amount : 0) }
  }

  /// Takes in that a card could not have what was to go back to it.
  mutating func fail(_ refund: ChargeRefund) { failedRefunds.append(refund) }

  /// Takes in that the platform bears an amount that goes back.
  mutating func bear(_ amount: Int) { refunded += amount }
}

extension PaymentRecord: JSONRecord {
  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    riderID = try fields("rider", \.riderID)
    driverID = try fields("driver", \.driverID)
    city = try fields("city", \.city)
    payment = try fields("payment", \.payment)
    fare = try fields("fare", \.fare)
    charges = try fields("charges", \.charges, omitting: [])
    owed = try fields("owed", \.owed, omitting: 0)
    refunded = try fields("refunded", \.refunded, omitting: 0)
    writtenOff = try fields("writtenOff", \.writtenOff, omitting: 0)
    failedRefunds = try fields("failedRefunds", \.failedRefunds, omitting: [])
    declineReason = try fields.optional("declined", \.declineReason)
    attempt = try fields.optional("attempt", \.attempt)
    series = try fields.optional("series", \.series)
    causes = try fields("causes", \.causes, omitting: [])
    at = try fields("at", \.at)
    isCancelled = try fields("cancelled", \.isCancelled, omitting: false)
    corrections = try fields("corrections", \.corrections, omitting: [])
  }
}
