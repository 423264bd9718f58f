import EventStreams

/// Fees for rides that did not take place: taken of what is held, or else charged, taken from the wallet or owed, and booked as a ride's fare is.
extension PaymentService {
  /// The effects of a ride that does not take place; if it costs a fee, the gateway has been asked by then, unless the ride is booked already.
  func cancel(_ event: Event<RideCancelled>) async throws -> Effects {
    let (ride, shard) = (event.data.rideID, event.shard)
    let held = try await held(ride, in: shard)
    var effects = Effects.none
    if let charged = CancellationCharged(event.data, at: event.timestamp) {
      let booked: PaymentRecord? = try await shard.stored(PaymentRecord.hash, ride)
      let closed =
        try await event.data.isImported
        ? nil : RideRecords.refusal(ofRideEndedAt: charged.at, at: event.entryID, in: shard)
      if booked == nil, closed == nil { return try await charge(charged, held?.hold, event) }
      if let reason = closed ?? booked?.difference(from: charged) { Self.refuse(reason, event, &effects) }
    }
    guard let held else { return effects }
    effects += try await release(held.hold, held.stored, ride, Self.reason, because: event.id)
    return effects
  }

  private static let reason = "the ride was cancelled"

  private static func refuse(_ reason: String, _ event: Event<RideCancelled>, _ effects: inout Effects) {
    effects.publish(
      CancellationRefused(rideID: event.data.rideID, city: event.data.city, request: event.id, reason: reason))
  }

  private func charge(
    _ charged: CancellationCharged, _ held: CardHold?, _ event: Event<RideCancelled>
  ) async throws -> Effects {
    let ride = charged.rideID
    var payment = event.data.payment ?? held?.card.map { Payment(.card, token: $0) } ?? Payment(.wallet)
    // Nobody is there to be given cash.
    if payment.method == .cash { payment = Payment(.wallet) }
    let record = PaymentRecord(charged, payment)
    let hold = held.flatMap { $0.covers(record) ? $0 : nil }
    if let held, hold == nil { try await letGo(held) }
    let settlements = try await settle(
      record, of: ride, key: RideCancelled.eventID(ofRide: ride), hold: hold, reason: "cancellation fee", event)
    let arrears = try await arrears(of: record.riderID, in: event.shard)
    return Effects { effects in
      effects.when(PaymentRecord.hash, ride, .isAbsent) {
        RideRecords.note(ride, ended: record.at, recorded: event.entryID.recordedAt, in: &$0)
        $0.publish(charged)
        settlements.write(to: &$0, in: PaymentRecord.hash, after: arrears)
        Self.finish(held, ride, isUsed: hold != nil, Self.reason, because: event.id, in: &$0)
      } otherwise: {
        // It was handled at the same moment as this one, for another rider.
        Self.refuse("a completion of the ride came first", event, &$0)
      }
    }
  }
}

extension PaymentRecord {
  /// Why a fee can't be charged for a ride that is booked, for people; nil if that is this very fee.
  fileprivate func difference(from charged: CancellationCharged) -> String? {
    guard isCancelled else { return "the ride was completed, for \(fare.amount)" }
    let isSame =
      fare.amount == charged.fare.amount && riderID.hasSameBytes(as: charged.riderID)
      && driverID.hasSameBytes(as: charged.driverID)
    return isSame ? nil : "the ride was called off before, for a fee of \(fare.amount)"
  }
}
