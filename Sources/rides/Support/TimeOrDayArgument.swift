import ArgumentParser
import EventStreams

/// A moment as people write it: `2026-04-03T10:30:00Z`, or a day, which begins at midnight in UTC.
struct TimeOrDayArgument: ExpressibleByArgument, Sendable {
  let time: Timestamp

  init?(argument: String) {
    guard let time = (try? Timestamp(iso8601: argument)) ?? (try? Timestamp(iso8601: "\(argument)T00:00:00Z")) else {
      return nil
    }
    self.time = time
  }
}
