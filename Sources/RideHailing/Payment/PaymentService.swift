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
  /// What came of the event that is handled, when history is handled once more; nil where it is made.
  let history: Decided<PaymentDecisions.Answer>?

  /// A service that charges cards through this gateway.
  public init(gateway: any PaymentGateway) { self.init(gateway: gateway, history: nil) }

  init(gateway: any PaymentGateway, history: Decided<PaymentDecisions.Answer>?) {
    self.gateway = gateway
    self.history = history
  }

  /// The consumer group and its handlers; in order per rider, so that what comes into a wallet counts for what comes after it.
  public var service: EventService {
    var service = EventService(Self.name, concurrency: gateway.concurrency)
    service.on(
      RideCompleted.self, orderedBy: { Account.rider($0.riderID).name },
      reading: {
        [
          StateField(PaymentRecord.hash, $0.rideID), StateField(CardHold.hash, $0.rideID),
          StateField(RiderArrears.hash, $0.riderID),
        ]
      }
    ) { try await charge($0) }
    service.on(FareAdjustmentRequested.self, orderedBy: { Account.rider($0.riderID).name }) { try await adjust($0) }
    service.on(RefundRequested.self, orderedBy: { Account.rider($0.riderID).name }) { try await refund($0) }
    service.on(RideTipped.self, orderedBy: { Account.rider($0.riderID).name }) { try await tip($0) }
    // Its rider's, if there is one.
    service.on(RideRequested.self, orderedBy: { Account.rider($0.riderID ?? $0.rideID).name }) { try await hold($0) }
    service.on(PaymentRetryDue.self, orderedBy: { Account.rider($0.riderID).name }) { try await retry($0) }
    service.on(RideCancelled.self, orderedBy: { Account.rider($0.riderID ?? $0.rideID).name }) { try await cancel($0) }
    service.on(GatewayNotified.self, orderedBy: { Account.rider($0.riderID).name }) { try await notice($0) }
    service.on(AuthorisationEnded.self, orderedBy: { Account.rider($0.riderID).name }) { try await end($0) }
    service.on(PaymentActionEnded.self, orderedBy: { Account.rider($0.riderID).name }) { try await end($0) }
    service.on(CardChanged.self, orderedBy: { Account.rider($0.riderID).name }) { try await change($0) }
    service.on(ArrearsDue.self, orderedBy: { Account.rider($0.riderID).name }) { try await collect($0) }
    service.on(ArrearsEnded.self, orderedBy: { Account.rider($0.riderID).name }) { try await end($0) }
    service.on(WriteOffRequested.self, orderedBy: { Account.rider($0.riderID).name }) { try await writeOff($0) }
    HolderAccounts(kind: .rider) { try await settle($0) }.add(to: &service)
    service.keep(Self.rides, keepsAccounts: true) { try await staying($0, $1) }
    return service
  }

  /// The effects of a completed ride; the gateway has been asked by then, unless the ride is booked already.
  public func charge(_ event: Event<RideCompleted>) async throws -> Effects {
    let ride = event.data
    func refuse(_ reason: String, _ effects: inout Effects) {
      effects.publish(
        CompletionRefused(rideID: ride.rideID, city: ride.city, request: event.id, reason: reason),
        id: CompletionRefused.id(of: event.id, saying: ride))
    }
    if let reason = try await RideRecords.refusal(of: ride, in: event) { return Effects { refuse(reason, &$0) } }
    if let booked = try await event.shard.field(PaymentRecord.hash, ride.rideID) {
      let record: PaymentRecord = try Self.decode(booked)
      guard let difference = record.difference(from: ride) else { return .none }
      return Effects { refuse("the ride was completed before: \(difference)", &$0) }
    }
    let record = PaymentRecord(ride, at: ride.completedAt ?? event.timestamp)
    let held = try await held(ride.rideID, in: event.shard)
    // What is held is for this payment, or for none.
    let hold = held.flatMap { $0.hold.covers(record) ? $0.hold : nil }
    if let unused = held?.hold, hold == nil { try await letGo(unused) }
    let arrears = try await arrears(of: ride.riderID, in: event.shard)
    let (due, along) = try await collection(with: ride, after: arrears, event)
    let settlements = try await settle(
      record, of: ride.rideID, key: RideCompleted.eventID(ofRide: ride.rideID), hold: hold, along: along, event)
    return Effects { effects in
      effects.when(PaymentRecord.hash, ride.rideID, .isAbsent) {
        RideRecords.note(ride.rideID, ended: record.at, recorded: event.entryID.recordedAt, in: &$0)
        settlements.write(to: &$0, in: PaymentRecord.hash, after: arrears) { effects in
          due.forEach { effects.publish($0, timestamp: record.at) }
        }
        Self.finish(
          held?.hold, ride.rideID, isUsed: hold != nil, "the ride is paid otherwise", because: event.id, in: &$0)
      } otherwise: {
        // It was handled at the same moment as this one, for another rider.
        refuse("another completion of the ride came first", &$0)
      }
    }
  }

  /// Has the rider pay a ride, or the fee for one that did not take place.
  ///
  /// - Parameters:
  ///   - key: what is charged.
  ///   - hold: what is held for it.
  ///   - along: what is owed for other rides, and charged to the same card in the same step.
  ///   - reason: what is booked, for people; nil for a ride.
  func settle<Cause>(
    _ record: PaymentRecord, of ride: String, key: String, hold: CardHold?, along: [Owing] = [], reason: String? = nil,
    _ event: Event<Cause>
  ) async throws -> Settlements {
    try await collect(
      record.fare.total, from: record.payment.method, rideID: ride, record, key: key, since: event.earliest, hold: hold,
      debts: along.reduce(0) { $0 + $1.record.owed }
    ) {
      try settle(along, with: ride, by: $0, event)
    } booking: { debits, kind in
      try Journal(
        id: Journal.id(ofRide: ride, kind), kind: kind, rideID: ride, effectiveAt: record.at,
        recordedAt: event.entryID.recordedAt, reason: reason,
        postings: debits + [.credit(.clearing, record.fare.amount)])
    }
  }

  /// Has the rider pay, as far as can be known before the commit.
  ///
  /// - Parameters:
  ///   - record: the ride's money before it.
  ///   - key: what the charge is for.
  ///   - since: before then the gateway was not asked.
  ///   - correction: the name of the one that it comes of.
  ///   - hold: what is held for it.
  ///   - debts: what is owed besides, and charged to a card in the same step.
  ///   - along: what that comes to, by what was captured of which charges.
  ///   - journal: what is booked: from which accounts, and what that makes it.
  func collect(
    _ amount: Int, from method: Payment.Method, rideID: String, _ record: PaymentRecord, key: String,
    since: Timestamp, correction: String? = nil, hold: CardHold? = nil, debts: Int = 0,
    along: ([ChargePart]) throws -> [Settlement] = { _ in [] },
    booking journal: (_ debits: [Posting], AccountEntry.Kind) throws -> Journal
  ) async throws -> Settlements {
    func money(_ amount: Int) -> Money { Money(amount, record.fare.currency) }
    func paid(from account: Account, by parts: [ChargePart] = [], along: [Settlement] = []) throws -> Settlement {
      let journal = try journal([.debit(account, money(amount))], .charged)
      var record = record
      if parts.isEmpty { record.capture(amount, from: method, id: journal.id) }
      for part in parts { record.capture(part.amount, from: method, id: part.charge) }
      let event = PaymentCaptured(
        rideID, record, amount: amount, method: method, reference: parts.first?.charge,
        charges: parts.count > 1 ? parts : [], correction: correction)
      return Settlement(rideID: rideID, record, journal, along: along) { $0.publish(event) }
    }
    func failed(_ reason: String, attempt: String? = nil, paid parts: [ChargePart] = [], isHard: Bool = true) throws
      -> Settlement
    {
      let rest = parts.reduce(amount) { $0 - $1.amount }
      var record = record
      for part in parts { record.capture(part.amount, from: method, id: part.charge) }
      record.owe(rest, because: reason, attempt: attempt)
      // What a correction leaves owing is collected with the rest.
      let retry =
        isHard || correction != nil
        ? nil
        : PaymentRetryDue(rideID: rideID, riderID: record.riderID, city: record.city, attempt: 1, since: since)
      let event = PaymentFailed(
        rideID, record, amount: rest, method: method, reason: reason, attempt: attempt, charges: parts,
        correction: correction, retryAt: retry?.due)
      let journal = try journal(
        [.debit(.receivable(record.riderID), money(rest)), .debit(.gateway, money(amount - rest))], .owed)
      return Settlement(rideID: rideID, record, journal) {
        $0.publish(event)
        if let retry, let due = retry.due { $0.publish(retry, due: due) }
      }
    }

    switch method {
    case .cash: return .one(try paid(from: .cash(driver: record.driverID)))
    case .card:
      guard amount > 0 else { return .one(try paid(from: .gateway)) }
      guard let token = record.payment.token else { return .one(try failed("no card")) }
      var payment = try await pay(
        CardRequest(
          money(amount), token: token, key: key, rideID: rideID, riderID: record.riderID, city: record.city,
          since: since), from: hold, debts: debts)
      let rest = payment.parts.split(after: amount)
      if let reason = payment.declineReason, payment.captured < amount {
        return .one(try failed(reason, attempt: payment.attempt, paid: payment.parts, isHard: payment.isHard))
      }
      return .one(try paid(from: .gateway, by: payment.parts, along: try along(rest)))
    case .wallet:
      let wallet = Account.rider(record.riderID)
      return .ifWalletHolds(
        Money(amount, record.fare.currency), of: wallet, try paid(from: wallet),
        otherwise: try failed("insufficient funds"))
    }
  }

  /// A ride's money as it stands; nil if there is none.
  func record(of ride: String, in shard: OwnedShard) async throws -> PaymentRecord? {
    let corrected = try await shard.field(PaymentRecord.corrected, ride)
    let stored = try await corrected == nil ? shard.field(PaymentRecord.hash, ride) : corrected
    return try stored.map { try Self.decode($0) }
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
    reason: String? = nil, attempt: String? = nil, charges: [ChargePart] = [], refunds: [ChargeRefund] = [],
    correction: String? = nil, retry: Int? = nil, retryAt: Timestamp? = nil, cause: String? = nil
  ) {
    self.init(
      rideID: rideID, riderID: record.riderID, city: record.city, amount: Money(amount, record.fare.currency),
      method: method, reference: reference, reason: reason, attempt: attempt, charges: charges, refunds: refunds,
      correction: correction, retry: retry, retryAt: retryAt, cause: cause, standing: record.standing)
  }
}
