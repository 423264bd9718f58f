public import EventStreams

/// Charges the rider for a completed ride, and books it.
///
/// Card: the gateway owes us. Wallet: the rider's account pays. Cash: the driver holds it for us. A declined card leaves the
/// rider owing the fare; the driver is paid all the same, so `clearing` returns to zero in every case.
public struct PaymentService: Sendable {
  private let gateway: any PaymentGateway

  /// A service that charges cards through this gateway.
  public init(gateway: any PaymentGateway) { self.gateway = gateway }

  /// The consumer group and its handlers.
  public var service: EventService {
    var service = EventService("payment", concurrency: 16)
    service.on(RideCompleted.self) { try await charge($0) }
    return service
  }

  /// The effects of a completed ride; the gateway has been asked by then.
  public func charge(_ event: Event<RideCompleted>) async throws -> Effects {
    let ride = event.data
    let result = try await collect(ride, idempotencyKey: event.id)
    let source: Account =
      switch ride.payment.method {
      case .card: result?.declineReason == nil ? .gateway : .receivable(ride.riderID)
      case .wallet: .rider(ride.riderID)
      case .cash: .cash(driver: ride.driverID)
      }
    let journal = try Journal(
      id: "payment:\(event.id)", kind: result?.declineReason == nil ? "charged" : "owed", rideID: ride.rideID,
      effectiveAt: ride.completedAt ?? event.timestamp,
      postings: [.debit(source, ride.fare.amount), .credit(.clearing, ride.fare.amount)])
    let record = PaymentRecord(
      amount: ride.fare.amount, method: ride.payment.method, reference: result?.reference,
      declineReason: result?.declineReason, at: journal.effectiveAt)

    return Effects { effects in
      effects.set(PaymentRecord.hash, ride.rideID, to: record)
      journal.post(to: &effects)
      if let reason = result?.declineReason {
        effects.publish(
          PaymentFailed(
            rideID: ride.rideID, riderID: ride.riderID, city: ride.city, amount: ride.fare.total,
            currency: ride.fare.currency,
            method: ride.payment.method, reason: reason))
      } else {
        effects.publish(
          PaymentCaptured(
            rideID: ride.rideID, riderID: ride.riderID, city: ride.city, amount: ride.fare.total,
            currency: ride.fare.currency,
            method: ride.payment.method, reference: result?.reference))
      }
    }
  }

  /// Asks the gateway; nil when there is nothing to ask.
  private func collect(_ ride: RideCompleted, idempotencyKey: String) async throws -> ChargeResult? {
    guard ride.payment.method == .card, ride.fare.total > 0, let token = ride.payment.token else { return nil }
    return try await gateway.charge(ride.fare.amount, token: token, idempotencyKey: idempotencyKey)
  }
}
