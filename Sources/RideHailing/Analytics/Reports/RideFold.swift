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

  init(
    _ groupings: [RideGrouping], keepsSamples: Bool = false, _ filter: ReportFilter, commissionBasisPoints: Int
  ) {
    self.filter = filter
    self.commissionBasisPoints = commissionBasisPoints
    self.keepsSamples = keepsSamples
    groups = groupings.map { ($0, [:]) }
  }

  /// - Parameter time: when the event says that it happened; the ride may say more exactly when it ended.
  mutating func add(_ ride: RideCompleted, at time: Timestamp) {
    let end = ride.completedAt ?? time
    guard filter.includes(end), filter.includes(ride.fare.currency), filter.includes(city: ride.city) else { return }
    let commission = ride.fare.commissionable.share(basisPoints: commissionBasisPoints).minorUnits
    for index in groups.indices {
      let key = groups[index].grouping.key(of: ride, at: end)
      groups[index].sums[key, default: RideSums()].add(ride.fare, commission: commission)
    }
    guard keepsSamples else { return }
    if let way = ride.distanceMeters { meters.append(way) }
    if let time = ride.durationSeconds { seconds.append(time) }
    fares[ride.fare.currency, default: []].append(ride.fare.total)
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
