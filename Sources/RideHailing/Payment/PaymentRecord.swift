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
  public let payment: Payment
  /// The fare as corrected.
  public internal(set) var fare: Fare
  /// What was captured, oldest first.
  public private(set) var charges: [RideCharge] = []
  /// What the rider owes, in minor units.
  public private(set) var owed = 0
  /// What the platform has given the rider, in minor units.
  public private(set) var refunded = 0
  /// Why a charge was declined; nil if none was.
  public private(set) var declineReason: String?
  /// The gateway's name for the attempt that was declined.
  public private(set) var attempt: String?
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

  /// Takes in money that was captured.
  mutating func capture(_ amount: Int, from source: Payment.Method, id: String) {
    guard amount > 0 else { return }
    charges.append(RideCharge(id: id, source: source, captured: amount))
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

  /// Takes in that what is owed was captured.
  mutating func settle(by charge: String) {
    capture(owed, from: .card, id: charge)
    owed = 0
  }

  /// Lowers what is owed first, then takes from the charges, newest first: what was never paid is never given back.
  ///
  /// - Parameter amount: at most what is owed and was captured together.
  /// - Returns: by how much less is owed, and what is to go back of which charge.
  mutating func giveBack(_ amount: Int) -> (owedLess: Int, refunds: [ChargeRefund]) {
    let owedLess = min(owed, amount)
    owed -= owedLess
    var (rest, refunds) = (amount - owedLess, [ChargeRefund]())
    for index in charges.indices.reversed() where rest > 0 {
      let part = min(charges[index].remaining, rest)
      guard part > 0 else { continue }
      charges[index].refunded += part
      rest -= part
      refunds.append(ChargeRefund(charge: charges[index].id, source: charges[index].source, amount: part))
    }
    return (owedLess, refunds)
  }

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
    declineReason = try fields.optional("declined", \.declineReason)
    attempt = try fields.optional("attempt", \.attempt)
    at = try fields("at", \.at)
    isCancelled = try fields("cancelled", \.isCancelled, omitting: false)
    corrections = try fields("corrections", \.corrections, omitting: [])
  }
}
