public import EventStreams

/// What the archive tells, in brief.
public struct ArchiveOverview: Sendable {
  /// How much it holds, whatever the filter.
  public let contents: ArchiveContents
  /// Rides and money of each currency.
  public let totals: [RideTotals]
  /// The days.
  public let days: [RideTotals]
  /// The hours of the day.
  public let hours: [RideTotals]
  /// The cities with most revenue.
  public let cities: [RideTotals]
  /// The drivers who earned most.
  public let drivers: [RideTotals]
  /// How distances, durations and fares are spread.
  public let percentiles: [RidePercentiles]
  /// Of all cities together.
  public let rates: RideRates
  /// Events that were left out because their data is not what their type says.
  public let unreadable: Int
}

extension ArchiveOverview: JSONWritable {
  /// An object with a field for each report.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("archive", contents)
      $0.field("totals", totals)
      $0.field("days", days)
      $0.field("hours", hours)
      $0.field("cities", cities)
      $0.field("drivers", drivers)
      $0.field("percentiles", percentiles)
      $0.field("rates", rates)
      $0.field("unreadable", unreadable)
    }
  }
}
