import EventStreams

extension DriverService {
  /// The effects of a tip that was paid: all of it is the driver's.
  func tip(_ event: Event<TipCaptured>) async throws -> Effects {
    let tip = event.data
    let (booked, isUnchanged) = try await RideTips.booked(tip.rideID, in: event.shard)
    guard !booked.contains(tip.tipped) else { return .none }
    var earning = Earning()
    earning.tips = tip.amount
    let money = Money(tip.amount, tip.currency)
    let journal = try Journal(
      id: "\(Self.name):\(tip.tipped)", kind: .tipped, rideID: tip.rideID, effectiveAt: event.timestamp,
      recordedAt: event.entryID.recordedAt, earning: earning,
      postings: [.debit(.clearing, money), .credit(.driver(tip.driverID), money)])
    return Effects { effects in
      effects.when(RideTips.hash, tip.rideID, isUnchanged) {
        $0.set(RideTips.hash, tip.rideID, to: booked.adding(tip.tipped))
        journal.post(to: &$0)
      }
    }
  }
}
