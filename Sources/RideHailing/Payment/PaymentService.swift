public import EventStreams

/// Charges the rider for a completed ride, corrects what was charged, books it, and keeps the riders' wallets.
///
/// Card: the gateway owes us. Wallet: the rider's account pays, if there is enough on it. Cash: the driver holds it for us. A
/// payment that fails leaves the rider owing the fare; the driver is paid all the same, so `clearing` returns to zero in every case.
///
/// A ride is charged once, for ever: whatever is published again, its own record is looked at before the gateway is asked, and
/// guards what is booked.
public struct PaymentService: Sendable {
  let gateway: any PaymentGateway

  /// A service that charges cards through this gateway.
  public init(gateway: any PaymentGateway) { self.gateway = gateway }

  /// The consumer group and its handlers; in order per rider, so that what comes into a wallet counts for what comes after it.
  public var service: EventService {
    var service = EventService(Self.name, concurrency: gateway.concurrency)
    service.on(
      RideCompleted.self, orderedBy: { Account.rider($0.riderID).name },
      reading: { [StateField(PaymentRecord.hash, $0.rideID)] }
    ) { try await charge($0) }
    service.on(FareAdjustmentRequested.self, orderedBy: { Account.rider($0.riderID).name }) { try await adjust($0) }
    service.on(RefundRequested.self, orderedBy: { Account.rider($0.riderID).name }) { try await refund($0) }
    service.on(RideTipped.self, orderedBy: { Account.rider($0.riderID).name }) { try await tip($0) }
    HolderAccounts(kind: .rider).add(to: &service)
    service.keep(Self.rides, keepsAccounts: true)
    return service
  }

  /// The effects of a completed ride; the gateway has been asked by then, unless the ride is booked already.
  public func charge(_ event: Event<RideCompleted>) async throws -> Effects {
    let ride = event.data
    func refuse(_ reason: String, _ effects: inout Effects) {
      effects.publish(
        CompletionRefused(rideID: ride.rideID, city: ride.city, completion: event.id, reason: reason),
        id: CompletionRefused.id(of: event.id, saying: ride))
    }
    if let reason = try await RideRecords.refusal(of: ride, in: event) { return Effects { refuse(reason, &$0) } }
    if let booked = try await event.shard.field(PaymentRecord.hash, ride.rideID) {
      let record: PaymentRecord = try Self.decode(booked)
      guard let difference = record.difference(from: ride) else { return .none }
      return Effects { refuse("the ride was completed before: \(difference)", &$0) }
    }
    let completion = "\(RideCompleted.eventType.rawValue):\(ride.rideID)"
    let record = PaymentRecord(ride, at: ride.completedAt ?? event.timestamp)
    let settlements = try await collect(
      ride.fare.total, from: ride.payment.method, rideID: ride.rideID, record, key: completion, since: event.earliest
    ) { account, kind in
      try Journal(
        id: Journal.id(ofRide: ride.rideID, kind), kind: kind, rideID: ride.rideID, effectiveAt: record.at,
        recordedAt: event.entryID.recordedAt,
        postings: [.debit(account, ride.fare.amount), .credit(.clearing, ride.fare.amount)])
    }
    return Effects { effects in
      effects.when(PaymentRecord.hash, ride.rideID, .isAbsent) {
        RideRecords.note(ride.rideID, ended: record.at, recorded: event.entryID.recordedAt, in: &$0)
        settlements.write(to: &$0, in: PaymentRecord.hash)
      } otherwise: {
        // It was handled at the same moment as this one, for another rider.
        refuse("another completion of the ride came first", &$0)
      }
    }
  }

  /// Has the rider pay, as far as can be known before the commit.
  ///
  /// - Parameters:
  ///   - record: the ride's money before it.
  ///   - key: what the charge is for.
  ///   - since: before then the gateway was not asked.
  ///   - correction: the name of the one that it comes of.
  ///   - journal: what is booked: by the account that pays, and what that makes it.
  func collect(
    _ amount: Int, from method: Payment.Method, rideID: String, _ record: PaymentRecord, key: String,
    since: Timestamp, correction: String? = nil, _ journal: (_ source: Account, AccountEntry.Kind) throws -> Journal
  ) async throws -> Settlements {
    func paid(from account: Account, charge reference: String? = nil) throws -> Settlement {
      let journal = try journal(account, .charged)
      var record = record
      record.capture(amount, from: method, id: reference ?? journal.id)
      let event = PaymentCaptured(
        rideID, record, amount: amount, method: method, reference: reference, correction: correction)
      return Settlement(rideID: rideID, record, journal) { $0.publish(event) }
    }
    func failed(_ reason: String, attempt: String? = nil) throws -> Settlement {
      var record = record
      record.owe(amount, because: reason, attempt: attempt)
      let event = PaymentFailed(
        rideID, record, amount: amount, method: method, reason: reason, attempt: attempt, correction: correction)
      return Settlement(rideID: rideID, record, try journal(.receivable(record.riderID), .owed)) { $0.publish(event) }
    }

    switch method {
    case .cash: return .one(try paid(from: .cash(driver: record.driverID)))
    case .card:
      guard amount > 0 else { return .one(try paid(from: .gateway)) }
      guard let token = record.payment.token else { return .one(try failed("no card")) }
      let answer = try await gateway.charge(
        CardRequest(
          Money(amount, record.fare.currency), token: token, key: key, rideID: rideID, riderID: record.riderID,
          city: record.city, since: since))
      return .one(
        try answer.declineReason.map { try failed($0, attempt: answer.reference) }
          ?? paid(from: .gateway, charge: answer.reference))
    case .wallet:
      let wallet = Account.rider(record.riderID)
      return .ifWalletHolds(
        Money(amount, record.fare.currency), of: wallet, try paid(from: wallet),
        otherwise: try failed("insufficient funds"))
    }
  }

  static func decode(_ text: String) throws -> PaymentRecord {
    var parser = JSONParser()
    return try PaymentRecord(from: parser.parse(text.utf8.span))
  }
}

extension Event {
  /// Before then nothing can have been done about it.
  var earliest: Timestamp { min(timestamp, entryID.recordedAt) }
}

extension PaymentEvent {
  /// What became of a ride's money, which stands as the record says.
  init(
    _ rideID: String, _ record: PaymentRecord, amount: Int, method: Payment.Method, reference: String? = nil,
    reason: String? = nil, attempt: String? = nil, refunds: [ChargeRefund] = [], correction: String? = nil
  ) {
    self.init(
      rideID: rideID, riderID: record.riderID, city: record.city, amount: Money(amount, record.fare.currency),
      method: method, reference: reference, reason: reason, attempt: attempt, refunds: refunds, correction: correction,
      standing: record.standing)
  }
}
