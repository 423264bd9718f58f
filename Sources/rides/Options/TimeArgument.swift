import ArgumentParser
import EventStreams

/// A moment as people write it: RFC 3339 with a zone, `2026-03-15T00:00:00Z`, or a day, which begins at midnight UTC.
struct TimeArgument: ExpressibleByArgument, Sendable {
  let time: Timestamp

  init?(argument: String) {
    guard
      let time = (try? Timestamp(iso8601: argument)) ?? (try? Timestamp(iso8601: "\(argument)T00:00:00Z"))
    else { return nil }
    self.time = time
  }

  /// The same, for an option that says what is wrong with what it was given.
  static func read(_ argument: String) throws -> TimeArgument {
    guard let time = TimeArgument(argument: argument) else {
      throw ValidationError("a time is written as 2026-03-15T10:30:00Z, a day as 2026-03-15 (UTC)")
    }
    return time
  }
}
