import EventStreams

/// What riders owe is collected when there is money again: out of what comes into the wallet, which settles it first; with the next ride that is
/// paid, by what that is paid with; and from another card. It is given up when an operator says so, and when what is kept of the ride leaves.
///
/// What is owed in a city is collected there.
extension PaymentService {
  /// What of a rider's arrears can be collected in a city, oldest first.
  private func collectible<Cause>(
    _ arrears: RiderArrears, in city: String, _ event: Event<Cause>
  ) async throws -> [RiderArrears.Ride] {
    let told = history.map { $0.decision?.collected ?? [:] }
    var rides: [RiderArrears.Ride] = []
    for owed in arrears.rides
    where owed.city.hasSameBytes(as: city) && (told.map { $0[Identifier(owed.ride)] != nil } ?? true) {
      // What is kept of one that is closed may be about to leave.
      if try await RideRecords.refusal(ofRideEndedAt: owed.at, at: event.entryID, in: event.shard) == nil {
        rides.append(owed)
      }
    }
    return rides
  }

  // MARK: Occasions

  /// What is to be collected with a ride: once that is paid, by card or out of the wallet, as the ride was, and at its time; or along with its fare, where
  /// it is too little to be charged by itself.
  func collection(with ride: RideCompleted, after arrears: RiderArrears, _ event: Event<RideCompleted>) async throws
    -> (due: [ArrearsDue], along: [Owing])
  {
    guard ride.payment.method != .cash else { return ([], []) }
    var (due, along) = ([ArrearsDue](), [Owing]())
    for owed in try await collectible(arrears, in: ride.city, event) {
      if ride.payment.method != .card || isChargeable(owed) {
        due.append(ArrearsDue(owed, of: ride.riderID, card: ride.payment.token, because: event.id))
      } else if owed.currency == ride.fare.currency, let owing = try await owing(owed.ride, by: ride.riderID, event) {
        along.append(owing)
      }
    }
    return (due, along)
  }

  /// Whether what is owed for a ride can be charged by itself.
  private func isChargeable(_ owed: RiderArrears.Ride) -> Bool {
    history.map { $0.decision?.collected[Identifier(owed.ride)]?.isEmpty == true } ?? gateway.isChargeable(owed.money)
  }

  /// What was owed for other rides, and was charged along with the fare of this one: the first ones, as far as it goes.
  func settle<Cause>(
    _ debts: [Owing], with ride: String, by parts: [ChargePart], _ event: Event<Cause>
  ) throws -> [Settlement] {
    var (settlements, parts) = ([Settlement](), parts)
    for owing in debts {
      if let history { parts = history.decision?.collected[Identifier(owing.ride)] ?? [] }
      let rest = parts.split(after: owing.record.owed)
      guard !parts.isEmpty else { break }
      let amount = Money(parts.reduce(0) { $0 + $1.amount }, owing.owed.currency)
      settlements.append(
        try paid(
          owing.ride, owing.record, amount, from: .gateway, .card,
          id: "\(Self.name):\(PaymentCaptured.id(ofRide: owing.ride, cause: event.id))", event, by: parts,
          with: ride, cause: event.id))
      parts = rest
    }
    return settlements
  }

  /// The effects of another card: what is owed is charged to it, one ride after the other.
  func change(_ event: Event<CardChanged>) async throws -> Effects {
    let change = event.data
    let arrears = try await arrears(of: change.riderID, in: event.shard)
    let due = try await collectible(arrears, in: change.city, event)
      .map { ArrearsDue($0, of: change.riderID, card: change.card, replacesCard: true, because: event.id) }
    return Effects { effects in due.forEach { effects.publish($0, timestamp: event.timestamp) } }
  }

  /// The effects of a deposit on what its rider owes: as much of it as the wallet holds then is paid, the oldest ride first, in the same step.
  func settle(_ event: Event<AccountDeposited>) async throws -> Effects {
    let (deposit, shard) = (event.data, event.shard)
    let rider = deposit.holder.id
    let before = try await arrears(of: rider, in: shard)
    let owed = try await collectible(before, in: deposit.city, event).filter { $0.currency == deposit.currency }
    guard !owed.isEmpty else { return .none }
    let wallet = Account.rider(rider)
    var rest = try await balance(wallet, deposit.currency, in: shard) + deposit.amount
    var (after, settlements) = (before, [Settlement]())
    for ride in owed {
      guard rest > 0, let owing = try await owing(ride.ride, by: rider, event) else { continue }
      let amount = min(rest, owing.record.owed)
      rest -= amount
      let settlement = try paid(
        ride.ride, owing.record, Money(amount, deposit.currency), from: wallet, .wallet,
        id: "\(Self.name):\(PaymentCaptured.id(ofRide: ride.ride, cause: event.id))", event, cause: event.id)
      after = settlement.arrears(after: after)
      settlements.append(settlement)
    }
    let (left, settled) = (after, settlements)
    return Effects { effects in
      for settlement in settled { settlement.write(to: &effects, in: PaymentRecord.corrected, after: nil) }
      left.write(rider, after: before, to: &effects)
    }
  }

  /// The effects of that there is money again; the gateway has been asked by then, if anything is still owed.
  func collect(_ event: Event<ArrearsDue>) async throws -> Effects {
    let due = event.data
    guard let owing = try await owing(due.rideID, by: due.riderID, event) else { return .none }
    if let card = due.card {
      return try await charge(owing, card, because: .arrears(due, event: event.id), due.eventID, event)
    }
    let wallet = Account.rider(due.riderID)
    let amount = min(owing.record.owed, try await balance(wallet, owing.owed.currency, in: event.shard))
    guard amount > 0 else { return .none }
    return owing.become(
      try paid(
        owing.ride, owing.record, Money(amount, owing.owed.currency), from: wallet, .wallet,
        id: "\(Self.name):\(due.eventID)", event, cause: event.id))
  }

  private func balance(_ account: Account, _ currency: Currency, in shard: OwnedShard) async throws -> Int {
    try await shard.field(LedgerState.balances, LedgerState.field(account, currency)).flatMap { Int($0) } ?? 0
  }

  // MARK: Giving up

  /// The effects of an operator's word that what is owed for a ride is given up.
  func writeOff(_ event: Event<WriteOffRequested>) async throws -> Effects {
    let request = event.data
    guard let owing = try await owing(request.rideID, by: request.riderID, event) else {
      let reason = "\(request.riderID) owes nothing for such a ride in \(request.city)"
      let hint = try await RideRecords.hint(at: event.entryID, in: event.shard)
      return Effects {
        $0.publish(
          WriteOffRefused(
            rideID: request.rideID, city: request.city, request: event.id, reason: FreeText.cut(reason + hint)))
      }
    }
    return owing.become(
      try writtenOff(owing.ride, owing.record, because: request.reason, request.eventID, event))
  }

  /// The effects of that what is kept of a ride leaves for which something is owed: that is given up, and it leaves.
  func end(_ event: Event<ArrearsEnded>) async throws -> Effects {
    let (ended, shard) = (event.data, event.shard)
    guard let record = try await record(of: ended.rideID, in: shard) else { return .none }
    let arrears = try await arrears(of: record.riderID, in: shard)
    let settlement =
      try record.owed == 0
      ? nil
      : writtenOff(ended.rideID, record, because: "the ride is closed", ended.eventID, event)
    return Effects { effects in
      settlement?.write(to: &effects, in: nil, after: arrears)
      for hash in Self.ridesHashes { effects.remove(hash, ended.rideID) }
    }
  }

  private func writtenOff<Cause>(
    _ ride: String, _ record: PaymentRecord, because reason: String, _ key: String, _ event: Event<Cause>
  ) throws -> Settlement {
    let owed = Money(record.owed, record.fare.currency)
    var after = record
    after.writeOff()
    after.note(cause: event.id)
    let written = PaymentWrittenOff(
      ride, after, amount: owed.minorUnits, method: record.payment.method, reason: reason, cause: event.id)
    return Settlement(
      rideID: ride, after,
      try Journal(
        id: "\(Self.name):\(key)", kind: .writtenOff, rideID: ride, effectiveAt: event.timestamp,
        recordedAt: event.entryID.recordedAt, reason: reason,
        postings: [.debit(.writtenOff, owed), .credit(.receivable(record.riderID), owed)])
    ) { $0.publish(written) }
  }
}
