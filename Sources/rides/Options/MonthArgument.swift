import ArgumentParser
import EventStreams
import RideHailing

/// A month as people write it, as an argument.
struct MonthArgument: ExpressibleByArgument, Sendable {
  private let month: CalendarMonth

  init?(argument: String) {
    guard let month = CalendarMonth(argument) else { return nil }
    self.month = month
  }

  var text: String { month.text }
  var start: Timestamp { month.start }
  var end: Timestamp { month.end }

  /// The same, for an option that says what is wrong with what it was given.
  static func read(_ argument: String) throws -> MonthArgument {
    guard let month = MonthArgument(argument: argument) else {
      throw ValidationError("a month is written as 2019-03")
    }
    return month
  }
}
