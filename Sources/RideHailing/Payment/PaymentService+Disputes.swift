import EventStreams

/// Payments that cardholders contest: the bank takes the money back at once, and returns it if the dispute is won. If it is lost, the platform bears it.
extension PaymentService {
  /// The effects of the gateway's word that something has changed about a dispute: how it stands is asked for, in whatever order notices come.
  func contest(_ event: Event<GatewayNotified>, _ dispute: String) async throws -> Effects {
    let (notice, shard) = (event.data, event.shard)
    let stored = try await shard.field(RideDisputes.hash, notice.rideID)
    var disputes = try RideDisputes.read(stored)
    let index = disputes.disputes.firstIndex { $0.id.hasSameBytes(as: dispute) }
    guard index.map({ disputes.disputes[$0].status == .open }) != false,
      let answer = try await gateway.dispute(named: dispute)
    else { return .none }
    var effects = Effects()
    var standing: RideDispute
    if let index {
      standing = disputes.disputes.remove(at: index)
    } else {
      let record: PaymentRecord? = try await record(of: notice.rideID, in: shard)
      let charge = record?.charges.first { $0.id.hasSameBytes(as: notice.reference) }
      guard
        let amount = answer.amount
          ?? charge.flatMap({ charge in record.map { Money(charge.captured, $0.fare.currency) } })
      else { return .none }
      standing = RideDispute(id: dispute, charge: notice.reference, amount: amount, reason: answer.reason)
      standing.fee = answer.fee
      try Self.book(
        standing, DisputeOpened.self, event,
        [.debit(.disputed, amount), .credit(.gateway, amount)] + Self.fee(answer.fee), &effects)
    }
    let amount = standing.money
    // The gateway may have given it back, or taken it later.
    let fees = Self.fee(answer.fee) + Self.fee(standing.fee.map { Money(-$0.minorUnits, $0.currency) })
    (standing.status, standing.fee) = (answer.status, answer.fee)
    switch answer.status {
    case .open: guard index == nil else { return .none }
    case .won:
      try Self.book(
        standing, DisputeWon.self, event, [.debit(.gateway, amount), .credit(.disputed, amount)] + fees, &effects)
    case .lost:
      try Self.book(
        standing, DisputeLost.self, event, [.debit(.platform, amount), .credit(.disputed, amount)] + fees, &effects)
    }
    disputes.disputes.insert(standing, at: index ?? disputes.disputes.count)
    let changed = max(event.timestamp, event.entryID.recordedAt)
    disputes.changedAt = changed
    let after = disputes
    return Effects {
      $0.when(RideDisputes.hash, notice.rideID, stored.map { .equals($0) } ?? .isAbsent) {
        $0.set(RideDisputes.hash, notice.rideID, to: after)
        // It may be the only thing that is kept of the ride by now, and leaves with what happened today.
        RideRecords.note(notice.rideID, ended: changed, recorded: changed, in: &$0)
        $0 += effects
      }
    }
  }

  /// What the gateway takes for a dispute, out of what it has collected for us.
  private static func fee(_ amount: Money?) -> [Posting] {
    amount.map { [.debit(.fees, $0), .credit(.gateway, $0)] } ?? []
  }

  private static func book<Outcome>(
    _ dispute: RideDispute, _ type: DisputeEvent<Outcome>.Type, _ event: Event<GatewayNotified>, _ postings: [Posting],
    _ effects: inout Effects
  ) throws {
    let outcome = DisputeEvent<Outcome>(
      event.data.rideID, dispute, riderID: event.data.riderID, city: event.data.city, because: event.id)
    try Journal(
      id: "\(name):\(outcome.eventID)", kind: .disputed, rideID: event.data.rideID, effectiveAt: event.timestamp,
      recordedAt: event.entryID.recordedAt, reason: dispute.reason, postings: postings
    ).post(to: &effects)
    effects.publish(outcome)
  }

  /// Why nothing goes back of a ride's charges, for people; nil if it does: what the bank has taken can't go back once more.
  func contested(_ ride: String, _ record: PaymentRecord, in shard: OwnedShard) async throws -> String? {
    func lasting(_ ride: String) async throws -> [RideDispute] {
      try RideDisputes.read(try await shard.field(RideDisputes.hash, ride)).disputes.filter { $0.status != .won }
    }
    func reason(_ taken: String, _ dispute: RideDispute) -> String {
      "the rider's bank has taken \(taken), by dispute \(dispute.id), which is \(dispute.status.rawValue)"
    }
    if let own = try await lasting(ride).first { return reason("\(own.money) of the ride back", own) }
    for charge in record.charges where charge.remaining > 0 {
      guard let other = charge.ride else { continue }
      if let whole = try await lasting(other).first(where: { $0.charge.hasSameBytes(as: charge.id) }) {
        return reason("back the charge of \(whole.money) that paid it with ride \(other)", whole)
      }
    }
    return nil
  }
}

extension RideDisputes {
  fileprivate static func read(_ stored: String?) throws -> RideDisputes {
    guard let stored else { return RideDisputes() }
    var parser = JSONParser()
    return try RideDisputes(from: parser.parse(stored.utf8.span))
  }
}
