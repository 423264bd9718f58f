import EventStreams

/// A ride for which the rider owes something, as it is stored.
struct Owing: Sendable {
  let ride: String
  /// The record as it is stored after corrections; nil if there is none yet.
  let stored: String?
  let record: PaymentRecord
  /// What the rider owes in all.
  let arrears: RiderArrears

  /// How much.
  var owed: Money { Money(record.owed, record.fare.currency) }

  /// The effects of what became of it, if it is still so.
  func become(_ settlement: Settlement) -> Effects {
    Effects { effects in
      effects.when(PaymentRecord.corrected, ride, stored.map { .equals($0) } ?? .isAbsent) {
        settlement.write(to: &$0, in: PaymentRecord.corrected, after: arrears)
      }
    }
  }
}

extension PaymentService {
  /// What is owed for a ride; nil if nothing is, or the ride is closed.
  ///
  /// - Parameter rider: who is to owe it; nil if it is whose ride it was.
  func owing<Cause>(_ ride: String, by rider: String, _ event: Event<Cause>) async throws -> Owing? {
    let shard = event.shard
    let stored = try await shard.field(PaymentRecord.corrected, ride)
    let booked = try await stored == nil ? shard.field(PaymentRecord.hash, ride) : nil
    guard let record = try (stored ?? booked).map({ try Self.decode($0) }), record.owed > 0,
      record.riderID.hasSameBytes(as: rider),
      // What is kept of it may be about to leave.
      try await RideRecords.refusal(ofRideEndedAt: record.at, at: event.entryID, in: shard) == nil
    else { return nil }
    return Owing(ride: ride, stored: stored, record: record, arrears: try await arrears(of: rider, in: shard))
  }

  /// What a rider owes.
  func arrears(of rider: String, in shard: OwnedShard) async throws -> RiderArrears {
    try await shard.stored(RiderArrears.hash, rider) ?? RiderArrears()
  }
}
