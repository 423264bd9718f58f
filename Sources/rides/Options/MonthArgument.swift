import ArgumentParser
import EventStreams

/// A month as people write it, `2019-03`, in UTC.
struct MonthArgument: ExpressibleByArgument, Sendable {
  let text: String
  /// The first moment of the month.
  let start: Timestamp
  /// The first moment of the next one.
  let end: Timestamp

  init?(argument: String) {
    // Written out as a moment, so that nothing but digits passes for a number.
    guard argument.utf8.count == 7, (try? Timestamp(iso8601: "\(argument)-01T00:00:00Z")) != nil,
      let year = Int64(argument.prefix(4)), let month = Int64(argument.suffix(2)),
      let start = Timestamp.daysSinceEpoch(year: year, month: month, day: 1),
      let end = Timestamp.daysSinceEpoch(
        year: month == 12 ? year + 1 : year, month: month == 12 ? 1 : month + 1, day: 1)
    else { return nil }
    text = argument
    self.start = Timestamp(secondsSinceEpoch: start * 86_400)
    self.end = Timestamp(secondsSinceEpoch: end * 86_400)
  }

  /// The same, for an option that says what is wrong with what it was given.
  static func read(_ argument: String) throws -> MonthArgument {
    guard let month = MonthArgument(argument: argument) else {
      throw ValidationError("a month is written as 2019-03")
    }
    return month
  }
}
