import EventStreams

/// What became of rides after they were completed: fares as corrected, refunds, and what the platform keeps as it was booked.
struct RideCorrections {
  private struct Shard {
    var fares: [Identifier: Fare] = [:]
    var refunds: [Identifier: Int] = [:]
    var commissions: [Identifier: Int] = [:]
  }

  private var shards: [Int: Shard] = [:]

  /// Reads all of them, whenever they happened: a ride's figures are those it has now.
  init(_ scan: inout ArchiveScan) throws {
    // In the log's order the last of a ride is the one that holds.
    var shards: [Int: Shard] = [:]
    try scan.each(FareAdjusted.self) { correction, place in
      guard let fare = correction.newFare else { return }
      shards[place.shard, default: Shard()].fares[correction.rideID] = fare
    }
    try scan.each(RideRefunded.self) { correction, place in
      shards[place.shard, default: Shard()].refunds[correction.rideID, default: 0] += correction.amount ?? 0
    }
    try scan.each(DriverPaid.self) { paid, place in
      shards[place.shard, default: Shard()].commissions[paid.rideID] = paid.earning.commission
    }
    self.shards = shards
  }

  /// A ride as it stands.
  struct Standing {
    let fare: Fare
    /// What the rider got back of the fare, at the platform's cost.
    let refunded: Int
    /// What the platform keeps of the fare; nil if nothing tells.
    let commission: Int?
  }

  /// - Parameter fare: what it cost at first.
  func standing(of ride: String, _ fare: Fare, shard: Int) -> Standing {
    let shard = shards[shard]
    return Standing(
      fare: shard?.fares[ride] ?? fare, refunded: shard?.refunds[ride] ?? 0, commission: shard?.commissions[ride])
  }
}
