public import struct Foundation.Date

extension Timestamp {
  /// The moment of a date of Foundation, to the microsecond before it; the first or the last that there is, if it lies beyond.
  public init(_ date: Date) {
    let microseconds = (date.timeIntervalSince1970 * 1_000_000).rounded(.down)
    self.init(microsecondsSinceEpoch: Int64(exactly: microseconds) ?? (microseconds < 0 ? .min : .max))
  }
}

extension Date {
  /// The moment of a timestamp, as near as a `Date` can say it.
  public init(_ timestamp: Timestamp) {
    self.init(timeIntervalSince1970: Double(timestamp.microsecondsSinceEpoch) / 1_000_000)
  }
}
