public import EventStreams

/// A month as people write it, `2019-03`, in UTC.
public struct CalendarMonth: Sendable, Hashable {
  /// As it is written.
  public let text: String
  /// The first moment of the month.
  public let start: Timestamp
  /// The first moment of the next one.
  public let end: Timestamp

  /// Reads it; nil if it is none.
  public init?(_ text: String) {
    // Written out as a moment, so that nothing but digits passes for a number.
    guard text.utf8.count == 7, (try? Timestamp(iso8601: "\(text)-01T00:00:00Z")) != nil,
      let year = Int64(text.prefix(4)), let month = Int64(text.suffix(2)),
      let start = Timestamp.daysSinceEpoch(year: year, month: month, day: 1),
      let end = Timestamp.daysSinceEpoch(
        year: month == 12 ? year + 1 : year, month: month == 12 ? 1 : month + 1, day: 1)
    else { return nil }
    self.text = text
    self.start = Timestamp(secondsSinceEpoch: start * 86_400)
    self.end = Timestamp(secondsSinceEpoch: end * 86_400)
  }
}
