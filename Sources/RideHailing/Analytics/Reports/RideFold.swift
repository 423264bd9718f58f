import EventStreams

/// One pass over completed rides that gathers all that a report needs.
struct RideFold {
  private let filter: ReportFilter
  private let commissionBasisPoints: Int
  private let keepsSamples: Bool
  private var groups: [(grouping: RideGrouping, sums: [RideGrouping.Key: RideSums])]
  private var meters: [Int] = []
  private var seconds: [Int] = []
  private var fares: [Currency: [Int]] = [:]
  /// Shard -> rides. One that was completed again, under whatever id, counts once, as the services book it.
  private var seen: [Int: Set<Identifier>] = [:]

  init(
    _ groupings: [RideGrouping], keepsSamples: Bool = false, _ filter: ReportFilter, commissionBasisPoints: Int
  ) {
    self.filter = filter
    self.commissionBasisPoints = commissionBasisPoints
    self.keepsSamples = keepsSamples
    groups = groupings.map { ($0, [:]) }
  }

  /// Takes in a completed ride with what became of it since.
  mutating func add(_ ride: RideCompleted, at place: ArchiveScan.Place, _ corrections: RideCorrections) {
    // The ride may say more exactly when it ended.
    let end = ride.completedAt ?? place.time
    guard filter.includes(end), filter.includes(ride.fare.currency), filter.includes(city: ride.city),
      seen[place.shard, default: []].insert(ride.rideID)
    else { return }
    let standing = corrections.standing(of: ride.rideID, ride.fare, shard: place.shard)
    let fare = standing.fare
    let commission = commission(of: standing)
    add(fare.currency, city: ride.city, driver: ride.driverID, at: end) {
      $0.add(fare, refunded: standing.refunded, commission: commission)
    }
    guard keepsSamples else { return }
    if let way = ride.distanceMeters { meters.append(way) }
    if let time = ride.durationSeconds { seconds.append(time) }
    fares[fare.currency, default: []].append(fare.total - standing.refunded)
  }

  /// Takes in the fee for a ride that did not take place.
  mutating func add(_ charged: CancellationCharged, at place: ArchiveScan.Place, _ corrections: RideCorrections) {
    guard filter.includes(charged.at), filter.includes(charged.fare.currency), filter.includes(city: charged.city)
    else {
      return
    }
    let standing = corrections.standing(of: charged.rideID, charged.fare, shard: place.shard)
    let commission = commission(of: standing)
    add(charged.fare.currency, city: charged.city, driver: charged.driverID, at: charged.at) {
      $0.add(fee: standing.fare, refunded: standing.refunded, commission: commission)
    }
  }

  /// Takes in what the platform bears.
  mutating func add(loss: Money, in city: String, at time: Timestamp) {
    guard loss.minorUnits != 0, filter.includes(time), filter.includes(loss.currency), filter.includes(city: city)
    else {
      return
    }
    add(loss.currency, city: city, driver: nil, at: time) { $0.add(loss: loss.minorUnits) }
  }

  private func commission(of standing: RideCorrections.Standing) -> Int {
    standing.commission ?? standing.fare.commissionable.share(basisPoints: commissionBasisPoints).minorUnits
  }

  private mutating func add(
    _ currency: Currency, city: String, driver: String?, at time: Timestamp, _ body: (inout RideSums) -> Void
  ) {
    for index in groups.indices {
      guard let key = groups[index].grouping.key(currency, city: city, driver: driver, at: time) else { continue }
      body(&groups[index].sums[key, default: RideSums()])
    }
  }

  /// Currency by currency: days and hours in their order, cities and drivers with the largest sums first.
  ///
  /// - Parameter limit: at most so many of each currency; of days the last.
  func totals(by grouping: RideGrouping, limit: Int? = nil) -> [RideTotals] {
    guard let sums = groups.first(where: { $0.grouping == grouping })?.sums else { return [] }
    let byCurrency = Dictionary(grouping: sums, by: \.key.currency).sorted { $0.key.code < $1.key.code }
    return byCurrency.flatMap { currency, sums -> [RideTotals] in
      var rows = sums.sorted { Self.precedes($0, $1, grouping) }.map { RideTotals(grouping, $0.key, $0.value) }
      if grouping == .hour {
        // All hours, so that what is quiet is seen to be.
        rows = (0..<24).map { hour in
          rows.first { $0.name == "\(hour)" }
            ?? RideTotals(grouping, RideGrouping.Key(currency: currency, number: hour, text: ""), RideSums())
        }
      }
      guard let limit else { return rows }
      return Array(grouping == .day ? rows.suffix(limit) : rows.prefix(limit))
    }
  }

  private typealias Sum = (key: RideGrouping.Key, value: RideSums)

  private static func precedes(_ one: Sum, _ other: Sum, _ grouping: RideGrouping) -> Bool {
    switch grouping {
    case .total, .day, .hour: one.key.number < other.key.number
    case .city: (other.value.revenue, one.key.text) < (one.value.revenue, other.key.text)
    case .driver: (other.value.earned, one.key.text) < (one.value.earned, other.key.text)
    }
  }

  /// Of distance, duration and each currency's fares, where there are any.
  func percentiles() -> [RidePercentiles] {
    let fares = fares.sorted { $0.key.code < $1.key.code }
    return [RidePercentiles(.distance, meters), RidePercentiles(.duration, seconds)].compactMap { $0 }
      + fares.compactMap { RidePercentiles(.fare($0.key), $0.value) }
  }
}
