import EventStreams

/// What of rides stays when the others of their day leave.
extension PaymentService {
  /// Rides for which something is owed stay until that is given up, which is next; and disputes that are open, or were not when the day ended.
  func staying(_ rides: [String], _ event: Event<RecordsRemoved>) async throws -> RideRecords.Staying {
    let leaving = Set(names: rides)
    var staying = RideRecords.Staying()
    var owed: Set<Identifier> = []
    for (rider, stored) in try await event.shard.hash(RiderArrears.hash).sorted(by: { $0.key < $1.key }) {
      for ride in RiderArrears(stored: stored)?.rides ?? [] where leaving.contains(Identifier(ride.ride)) {
        owed.insert(Identifier(ride.ride))
        staying.effects.publish(ArrearsEnded(ride, of: rider.text, because: event.id))
      }
    }
    for hash in Self.ridesHashes { staying.fields[Identifier(hash)] = owed }
    for (ride, stored) in try await event.shard.hash(RideDisputes.hash) where leaving.contains(ride) {
      guard let disputes = RideDisputes(stored: stored), disputes.stay(after: event.data.before) else { continue }
      staying.fields[Identifier(RideDisputes.hash), default: []].insert(ride)
    }
    return staying
  }
}
