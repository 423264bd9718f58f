public import EventStreams

/// How distances, durations or fares of one currency are spread.
///
/// Percentiles are by nearest rank: p90 is the smallest value that at least 90 % of the values do not exceed, so it is one
/// that occurred.
public struct RidePercentiles: Sendable, Hashable {
  /// What is measured.
  public enum Measure: Sendable, Hashable {
    /// In metres.
    case distance
    /// In seconds.
    case duration
    /// What the rider pays, in minor units of a currency.
    case fare(Currency)

    /// What it is called.
    public var name: String {
      switch self {
      case .distance: "distance"
      case .duration: "duration"
      case .fare: "fare"
      }
    }

    /// What it is counted in: metres, seconds, or a currency.
    public var unit: String {
      switch self {
      case .distance: "meters"
      case .duration: "seconds"
      case .fare(let currency): currency.code
      }
    }
  }

  /// What is measured.
  public let measure: Measure
  /// How many rides say it.
  public let count: Int
  /// Half of the values are no larger.
  public let p50: Int
  /// 90 % are no larger.
  public let p90: Int
  /// 95 % are no larger.
  public let p95: Int
  /// 99 % are no larger.
  public let p99: Int
  /// The largest.
  public let largest: Int

  /// Nil if there are no values.
  init?(_ measure: Measure, _ values: [Int]) {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    func percentile(_ percent: Int) -> Int { sorted[(sorted.count * percent + 99) / 100 - 1] }
    self.measure = measure
    count = sorted.count
    p50 = percentile(50)
    p90 = percentile(90)
    p95 = percentile(95)
    p99 = percentile(99)
    largest = percentile(100)
  }
}

extension RidePercentiles: JSONWritable {
  /// `{"measure":"fare","unit":"EUR","rides":…,"p50":…,"p90":…,"p95":…,"p99":…,"max":…}`, fares in minor units.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("measure", measure.name)
      $0.field("unit", measure.unit)
      $0.field("rides", count)
      $0.field("p50", p50)
      $0.field("p90", p90)
      $0.field("p95", p95)
      $0.field("p99", p99)
      $0.field("max", largest)
    }
  }
}
