public import EventStreams
public import EventStreamsOperations

/// A ride's money as people ask about it.
private struct PaymentReport: JSONWritable {
  let record: PaymentRecord

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("amount", record.fare.total)
      $0.field("currency", record.fare.currency)
      $0.field("method", record.payment.method)
      $0.field("charges", record.charges)
      $0.field("standing", record.standing)
      $0.field("declined", record.declineReason)
      $0.field("attempt", record.attempt)
      $0.field("corrections", record.corrections)
      $0.field("at", record.at)
    }
  }
}

/// A cancellation as people ask about it: nothing of how it is paid.
private struct CancellationReport: JSONWritable {
  let cancelled: RideCancelled

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("by", cancelled.by)
      $0.field("reason", cancelled.reason)
      $0.field("fee", cancelled.fee)
      $0.field("currency", cancelled.currency)
    }
  }
}

/// A tip as people ask about it.
private struct TipReport: JSONWritable {
  let tip: RideTipped

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("driverId", tip.driverID)
      $0.field("amount", tip.amount)
      $0.field("currency", tip.currency)
    }
  }
}

/// What the services have stored about a ride.
public struct RideOutcome: Sendable, JSONWritable {
  /// The ride.
  public let ride: String
  /// Its money as it stands; nil if the payment service has not handled its completion.
  public let payment: PaymentRecord?
  /// What the driver's account has of it.
  public let earned: [AccountEntry]
  /// How long it may be rated; nil if its completion was not handled.
  public let window: RatingWindow?
  /// How its people rated each other, as far as that is shown.
  public let ratings: RideRatings
  /// What the rider was sent.
  public let receipt: Receipt?
  /// That it was called off; nil if it was not.
  public let cancellation: RideCancelled?
  /// The payments for it that are contested.
  public let disputes: [RideDispute]
  /// What the rider gave the driver after its end.
  public let tips: [RideTipped]

  /// Reads it all.
  ///
  /// - Parameter events: the ride's, of which one names the driver.
  public init(_ ride: String, events: [EventTrace], _ services: ServiceState) async throws {
    let state = RideState(services)
    self.ride = ride
    payment = try await state.payment(ride)
    window = try await state.ratingWindow(ride)
    ratings = try await state.ratings(ofRide: ride)
    receipt = try await state.receipt(ride)
    disputes = try await state.disputes(ride)
    cancellation = (Self.told(events) as [RideCancelled]).first
    tips = Self.told(events)
    let charged: [CancellationCharged] = Self.told(events)
    // The fee counts, where there is one: a completion after it was refused.
    let booked = charged.first.map { ($0.driverID, $0.at) } ?? events.lazy.compactMap(Self.completed).first
    guard let (driver, end) = booked else {
      earned = []
      return
    }
    earned = try await RideEarnings.read(ride, of: driver, since: end, events, from: services)
  }

  /// The ids of events that services have booked, and that follow from nothing else.
  func eventIDs(_ state: RideState) async throws -> [String] {
    let tips = try await state.tips(ride)
    let disputes = disputes.map { DisputeOpened.id(ofRide: ride, dispute: $0.id) }
    return (payment?.corrections ?? []) + (payment?.causes ?? []) + tips + disputes
  }

  /// What events of a type say.
  private static func told<Data: EventData>(_ events: [EventTrace]) -> [Data] {
    events.compactMap { $0.data(as: Data.self) }
  }

  private static func completed(of trace: EventTrace) -> (driver: String, at: Timestamp)? {
    trace.data(as: RideCompleted.self).map { ($0.driverID, $0.completedAt ?? trace.header.timestamp) }
  }

  /// One line per service that has stored something.
  public var lines: [String] {
    var lines: [String] = []
    if let cancellation {
      let reason = cancellation.reason.map { ": \($0)" } ?? ""
      let fee = cancellation.feeAmount.map { ", for a fee of \($0)" } ?? ""
      lines.append("request       called off by the \(cancellation.by.rawValue)\(fee)\(reason)")
    }
    if let payment {
      lines += Self.lines(payment)
    }
    for dispute in disputes {
      let fee = dispute.fee.map { ", for a fee of \($0)" } ?? ""
      lines.append(
        "dispute       \(dispute.money) \(dispute.status.rawValue): \(dispute.reason), \(dispute.id)\(fee)")
    }
    for entry in earned { lines.append("driver        \(entry.kind.rawValue) \(entry.amount)") }
    for tip in tips { lines.append("tip           \(tip.money) for driver \(tip.driverID)") }
    if let window {
      lines += ratings.lines.map { "rating        \($0)" }
      if ratings.isOpen(in: window) {
        lines.append("rating        open since \(window.openedAt), driver \(window.driverID)")
      }
    }
    if let receipt { lines.append("notification  \(receipt.summary.text)") }
    return lines
  }

  private static func lines(_ payment: PaymentRecord) -> [String] {
    func money(_ amount: Int) -> Money { Money(amount, payment.fare.currency) }
    var parts: [String] = []
    for charge in payment.charges {
      let name = charge.source == .card ? ", \(charge.id)" : ""
      let back = charge.refunded == 0 ? "" : ", of which \(money(charge.refunded)) went back"
      parts.append("\(money(charge.captured)) by \(charge.source.rawValue), captured\(name)\(back)")
    }
    if let reason = payment.declineReason {
      parts.append("by \(payment.payment.method.rawValue), declined: \(reason)")
    }
    if payment.owed > 0 { parts.append("owed by the rider: \(money(payment.owed))") }
    if payment.standing.inWallet > 0 {
      parts.append("in the wallet, since the card could not have it back: \(money(payment.standing.inWallet))")
    }
    if payment.writtenOff > 0 { parts.append("written off: \(money(payment.writtenOff))") }
    if payment.refunded > 0 { parts.append("given by the platform: \(money(payment.refunded))") }
    return (["\(payment.fare.amount) by \(payment.payment.method.rawValue)"] + parts).map { "payment       \($0)" }
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("cancellation", cancellation.map(CancellationReport.init))
      $0.field("payment", payment.map(PaymentReport.init))
      $0.field("disputes", disputes)
      $0.field("tips", tips.map(TipReport.init))
      $0.field("earned", earned)
      $0.field("ratingWindow", window.flatMap { ratings.isOpen(in: $0) ? $0 : nil })
      $0.field("ratings", ratings)
      $0.field("receipt", receipt?.summary)
    }
  }
}
