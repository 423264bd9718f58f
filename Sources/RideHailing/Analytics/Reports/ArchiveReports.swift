public import EventArchive
import EventStreams

/// Reports over the archive: rides, money, drivers, percentiles and rates. Nothing is written.
///
/// Money is net: fares as corrected, less refunds, and the commission as it was booked. Each report is one pass over the events it
/// needs, read as the services read them, in one consistent state of it.
public struct ArchiveReports: Sendable {
  private let archive: any ArchiveHome
  private let commissionBasisPoints: Int

  /// Reports over an archive.
  ///
  /// - Parameters:
  ///   - path: of the file that analytics stores into, or the URL of its database.
  ///   - commissionBasisPoints: the platform's share of rides whose commission no event tells.
  public init(
    path: String, commissionBasisPoints: Int = CommissionRate.standardBasisPoints
  ) throws(ArchiveProblem) {
    archive = try ArchivePlace(path).open(.rides)
    self.commissionBasisPoints = commissionBasisPoints
  }

  /// Reports over an archive that is open.
  public init(_ archive: ArchiveReader, commissionBasisPoints: Int = CommissionRate.standardBasisPoints) {
    self.archive = archive.database
    self.commissionBasisPoints = commissionBasisPoints
  }

  /// Rides and money by day, hour, city or driver, and currency.
  ///
  /// - Parameter limit: at most so many of each currency; of days the last, else the largest.
  public func totals(
    by grouping: RideGrouping, _ filter: ReportFilter = ReportFilter(), limit: Int? = nil
  ) async throws -> ArchiveReport<RideTotals> {
    try await archive.read { database in
      var fold = RideFold([grouping], filter, commissionBasisPoints: commissionBasisPoints)
      var scan = ArchiveScan(database)
      try Self.read(&fold, &scan)
      return ArchiveReport(rows: fold.totals(by: grouping, limit: limit), unreadable: scan.unreadable)
    }
  }

  /// How distances, durations and fares are spread.
  public func percentiles(_ filter: ReportFilter = ReportFilter()) async throws -> ArchiveReport<RidePercentiles> {
    try await archive.read { database in
      var fold = RideFold([], keepsSamples: true, filter, commissionBasisPoints: commissionBasisPoints)
      var scan = ArchiveScan(database)
      try Self.read(&fold, &scan)
      return ArchiveReport(rows: fold.percentiles(), unreadable: scan.unreadable)
    }
  }

  /// How many requests became rides and how many payments failed, city by city.
  public func rates(_ filter: ReportFilter = ReportFilter()) async throws -> ArchiveReport<RideRates> {
    try await archive.read { database in
      var fold = RatesFold(filter)
      var scan = ArchiveScan(database)
      try scan.each(RideCompleted.self) { ride, _ in fold.add(ride) }
      try Self.read(&fold, &scan, filter)
      return ArchiveReport(rows: fold.rates(), unreadable: scan.unreadable)
    }
  }

  /// How many events of which type the archive holds, and of what time.
  public func contents() async throws -> ArchiveContents {
    try await archive.read { try ArchiveContents($0) }
  }

  /// All of it in brief.
  ///
  /// - Parameter limit: at most so many cities and drivers of each currency.
  public func overview(_ filter: ReportFilter = ReportFilter(), limit: Int) async throws -> ArchiveOverview {
    try await archive.read { database in
      var rides = RideFold(
        RideGrouping.allCases, keepsSamples: true, filter, commissionBasisPoints: commissionBasisPoints)
      var rates = RatesFold(filter)
      var scan = ArchiveScan(database)
      try Self.read(&rides, &scan) { rates.add($0) }
      try Self.read(&rates, &scan, filter)
      return ArchiveOverview(
        contents: try ArchiveContents(database), totals: rides.totals(by: .total),
        days: rides.totals(by: .day), hours: rides.totals(by: .hour),
        cities: rides.totals(by: .city, limit: limit), drivers: rides.totals(by: .driver, limit: limit),
        percentiles: rides.percentiles(), rates: .sum(of: rates.rates()), unreadable: scan.unreadable)
    }
  }

  private static func read(
    _ fold: inout RideFold, _ scan: inout ArchiveScan, also body: (RideCompleted) -> Void = { _ in }
  ) throws {
    let corrections = try RideCorrections(&scan)
    try scan.each(RideCompleted.self) { ride, place in
      fold.add(ride, at: place, corrections)
      body(ride)
    }
    try scan.each(CancellationCharged.self) { charged, place in fold.add(charged, at: place, corrections) }
    try scan.each(PaymentWrittenOff.self) { written, place in
      fold.add(loss: Money(written.amount, written.currency), in: written.city, at: place.time)
    }
    try read(disputes: &fold, &scan)
  }

  /// What is lost by disputes, as the last word on each has it.
  private static func read(disputes fold: inout RideFold, _ scan: inout ArchiveScan) throws {
    struct Standing {
      var lost: Money?
      var fee: Money?
      var city: String
      var time: Timestamp
    }
    var disputes: [Identifier: Standing] = [:]
    func add<Outcome>(_ type: DisputeEvent<Outcome>.Type, isLost: Bool = false) throws {
      try scan.each(type) { event, place in
        disputes[event.dispute] = Standing(
          lost: isLost ? Money(event.amount, event.currency) : nil, fee: event.fee, city: event.city, time: place.time)
      }
    }
    try add(DisputeOpened.self)
    try add(DisputeWon.self)
    try add(DisputeLost.self, isLost: true)
    for standing in disputes.values {
      for loss in [standing.lost, standing.fee].compactMap({ $0 }) {
        fold.add(loss: loss, in: standing.city, at: standing.time)
      }
    }
  }

  private static func read(_ fold: inout RatesFold, _ scan: inout ArchiveScan, _ filter: ReportFilter) throws {
    try scan.each(RideRequested.self, during: filter) { fold.add($0, at: $1.time) }
    try scan.each(RideCancelled.self) { fold.add($0, at: $1.time) }
    try scan.each(PaymentCaptured.self, during: filter) { fold.add($0, at: $1.time) }
    try scan.each(PaymentFailed.self, during: filter) { fold.add($0, at: $1.time) }
  }
}
