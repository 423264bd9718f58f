public import EventStreams

/// Charges the rider for a completed ride, books it, and keeps the riders' wallets.
///
/// Card: the gateway owes us. Wallet: the rider's account pays, if there is enough on it. Cash: the driver holds it for us. A
/// payment that fails leaves the rider owing the fare; the driver is paid all the same, so `clearing` returns to zero in every case.
public struct PaymentService: Sendable {
  private let gateway: any PaymentGateway
  private let snapshots = SnapshotKeeper()

  /// A service that charges cards through this gateway.
  public init(gateway: any PaymentGateway) { self.gateway = gateway }

  /// The consumer group and its handlers; in order per rider, so that what comes into a wallet counts for what comes after it.
  public var service: EventService {
    var service = EventService("payment", concurrency: 16)
    service.on(RideCompleted.self, orderedBy: { Account.rider($0.riderID).name }) { try await charge($0) }
    service.on(FareAdjustmentRequested.self, orderedBy: { Account.rider($0.riderID).name }) {
      approve($0, as: FareAdjusted.self)
    }
    service.on(RefundRequested.self, orderedBy: { Account.rider($0.riderID).name }) {
      approve($0, as: RideRefunded.self)
    }
    service.on(FareAdjusted.self, orderedBy: { Account.rider($0.riderID).name }) { try await adjust($0) }
    service.on(RideRefunded.self, orderedBy: { Account.rider($0.riderID).name }) { try await refund($0) }
    HolderAccounts(kind: .rider, snapshots: snapshots).add(to: &service)
    return service
  }

  // MARK: Rides

  /// The effects of a completed ride; the gateway has been asked by then.
  public func charge(_ event: Event<RideCompleted>) async throws -> Effects {
    let ride = event.data
    let at = ride.completedAt ?? event.timestamp
    let charge = Charge(
      rideID: ride.rideID, riderID: ride.riderID, driverID: ride.driverID, city: ride.city, payment: ride.payment,
      amount: ride.fare.amount)
    return try await collect(charge, cause: event.id, outcome: ride.rideID, in: event.shard) {
      source, reference, failure in
      let journal = try Journal(
        id: "payment:\(event.id)", kind: failure == nil ? .charged : .owed, rideID: ride.rideID, effectiveAt: at,
        recordedAt: event.streamID.recordedAt,
        postings: [.debit(source, ride.fare.amount), .credit(.clearing, ride.fare.amount)])
      let record = PaymentRecord(
        amount: ride.fare.amount, method: ride.payment.method, reference: reference, declineReason: failure, at: at)
      return Booking(journal: journal, record: record)
    }
  }

  // MARK: Corrections

  /// Hash: ride -> id of the correction that was approved last.
  static let corrections = "corrections"

  /// Approves a correction if it knew of the one before it: of two that were asked for at once, one is approved.
  private func approve<Request, Approval>(
    _ event: Event<RideCorrection<Request>>, as type: RideCorrection<Approval>.Type
  ) -> Effects {
    let approval = event.data.becoming(type)
    return Effects { effects in
      effects.when(
        Self.corrections, approval.rideID, approval.follows.map { .equals($0) } ?? .isAbsent
      ) {
        $0.set(Self.corrections, approval.rideID, to: approval.eventID)
        $0.publish(approval)
      } otherwise: {
        $0.publish(
          event.data.becoming(CorrectionRefused.self, reason: "another correction of the ride came first"))
      }
    }
  }

  /// The effects of another fare: the rider pays the difference, or gets it back.
  private func adjust(_ event: Event<FareAdjusted>) async throws -> Effects {
    let correction = event.data
    guard let newFare = correction.newFare else { throw Unprocessable("an adjustment without a new fare") }
    let difference = Money(newFare.total - correction.fare.total, newFare.currency)
    func journal(_ account: Account) throws -> Journal {
      try Journal(
        id: "payment:\(event.id)", kind: .adjusted, rideID: correction.rideID, effectiveAt: event.timestamp,
        recordedAt: event.streamID.recordedAt, corrects: correction.corrected(by: "payment"),
        reason: correction.reason, postings: [.debit(account, difference), .credit(.clearing, difference)])
    }
    if difference.minorUnits > 0 {
      let charge = Charge(
        rideID: correction.rideID, riderID: correction.riderID, driverID: correction.driverID, city: correction.city,
        // Nobody can be asked for cash any more.
        payment: correction.payment.method == .cash ? Payment(.wallet) : correction.payment, amount: difference)
      return try await collect(charge, cause: event.id, outcome: event.id, in: event.shard) { source, _, _ in
        Booking(journal: try journal(source), record: nil)
      }
    }
    let (account, outcome) = try await giveBack(-difference, correction, cause: event.id)
    var effects = try await snapshots.booking(try journal(account), in: event.shard)
    if difference.minorUnits != 0 { effects.publish(outcome, id: PaymentRefunded.id(of: event.id)) }
    return effects
  }

  /// The effects of a refund, which the platform bears: the driver keeps what was earned.
  private func refund(_ event: Event<RideRefunded>) async throws -> Effects {
    let correction = event.data
    let amount = Money(correction.amount ?? 0, correction.fare.currency)
    let (account, outcome) = try await giveBack(amount, correction, cause: event.id)
    let journal = try Journal(
      id: "payment:\(event.id)", kind: .refunded, rideID: correction.rideID, effectiveAt: event.timestamp,
      recordedAt: event.streamID.recordedAt, corrects: correction.corrected(by: "payment"), reason: correction.reason,
      postings: [.debit(.platform, amount), .credit(account, amount)])
    var effects = try await snapshots.booking(journal, in: event.shard)
    effects.publish(outcome, id: PaymentRefunded.id(of: event.id))
    return effects
  }

  /// Gives money back the way it came: to the card, or into the wallet; what is owed is owed no more.
  private func giveBack<Step>(
    _ amount: Money, _ correction: RideCorrection<Step>, cause: String
  ) async throws -> (Account, PaymentRefunded) {
    let isOnCard = correction.payment.method == .card && !correction.isOwed
    var reference: String?
    if isOnCard, amount.minorUnits > 0 {
      reference = try await gateway.refund(
        amount, ofCharge: "\(RideCompleted.eventType):\(correction.rideID)", idempotencyKey: cause)
    }
    let account: Account =
      isOnCard ? .gateway : correction.isOwed ? .receivable(correction.riderID) : .rider(correction.riderID)
    return (
      account,
      PaymentRefunded(
        rideID: correction.rideID, riderID: correction.riderID, city: correction.city, amount: amount,
        method: correction.payment.method, reference: reference)
    )
  }

  // MARK: Money

  /// What a rider is to pay.
  private struct Charge {
    let rideID: String
    let riderID: String
    let driverID: String
    let city: String
    let payment: Payment
    let amount: Money
  }

  /// What is written down of a charge.
  private struct Booking {
    let journal: Journal
    /// Of a ride; none of a correction.
    let record: PaymentRecord?
  }

  /// A charge that was settled: what is written down, and the event that says so.
  private struct Settled<Outcome: PaymentOutcome> {
    let booking: Booking
    private let event: PaymentEvent<Outcome>
    private let eventID: String

    init(_ booking: Booking, _ event: PaymentEvent<Outcome>, _ outcome: String) {
      self.booking = booking
      self.event = event
      eventID = PaymentEvent<Outcome>.id(of: outcome)
    }

    func write(to effects: inout Effects) {
      if let record = booking.record, let ride = booking.journal.rideID {
        effects.set(PaymentRecord.hash, ride, to: record)
      }
      booking.journal.post(to: &effects)
      effects.publish(event, id: eventID)
    }
  }

  /// Has the rider pay, and says what became of it in an event.
  ///
  /// - Parameters:
  ///   - cause: the event that wants it; the gateway's idempotency key.
  ///   - outcome: what the ids of the outcome's event end with.
  ///   - book: what is booked: by the account that pays, the gateway's reference, and why it failed, if it did.
  private func collect(
    _ charge: Charge, cause: String, outcome: String, in shard: OwnedShard,
    _ book: (_ source: Account, _ reference: String?, _ failure: String?) throws -> Booking
  ) async throws -> Effects {
    func paid(from source: Account, _ reference: String? = nil) throws -> Settled<PaymentOutcomes.Captured> {
      Settled(try book(source, reference, nil), event(PaymentCaptured.self, charge, reference: reference), outcome)
    }
    func failed(_ reason: String, _ reference: String? = nil) throws -> Settled<PaymentOutcomes.Failed> {
      Settled(
        try book(.receivable(charge.riderID), reference, reason),
        event(PaymentFailed.self, charge, reference: reference, reason: reason), outcome)
    }
    func effects<Outcome>(of settled: Settled<Outcome>) async throws -> Effects {
      var effects = Effects { settled.write(to: &$0) }
      try await snapshots.note(settled.booking.journal, in: shard, &effects)
      return effects
    }

    switch charge.payment.method {
    case .cash: return try await effects(of: paid(from: .cash(driver: charge.driverID)))
    case .card:
      let answer = try await ask(charge, idempotencyKey: cause)
      guard let reason = answer?.declineReason else {
        return try await effects(of: paid(from: .gateway, answer?.reference))
      }
      return try await effects(of: failed(reason, answer?.reference))
    case .wallet:
      let wallet = Account.rider(charge.riderID)
      let (enough, tooLittle) = (try paid(from: wallet), try failed("insufficient funds"))
      let field = LedgerState.field(wallet, charge.amount.currency)
      var effects = Effects {
        $0.when(LedgerState.balances, field, .isAtLeast(charge.amount.minorUnits)) {
          enough.write(to: &$0)
        } otherwise: {
          tooLittle.write(to: &$0)
        }
      }
      // Counted as paid: whichever it is, a snapshot covers what it finds.
      try await snapshots.note(enough.booking.journal, in: shard, &effects)
      return effects
    }
  }

  /// Asks the gateway; nil when there is nothing to charge.
  private func ask(_ charge: Charge, idempotencyKey: String) async throws -> ChargeResult? {
    guard charge.amount.minorUnits > 0, let token = charge.payment.token else { return nil }
    return try await gateway.charge(charge.amount, token: token, idempotencyKey: idempotencyKey)
  }

  private func event<Outcome>(
    _ type: PaymentEvent<Outcome>.Type, _ charge: Charge, reference: String? = nil, reason: String? = nil
  ) -> PaymentEvent<Outcome> {
    PaymentEvent<Outcome>(
      rideID: charge.rideID, riderID: charge.riderID, city: charge.city, amount: charge.amount,
      method: charge.payment.method, reference: reference, reason: reason)
  }
}
