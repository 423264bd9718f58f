import ArgumentParser
import EventStreams

/// When something is due: a moment, or with a plus a duration from now: `2026-03-15T10:30:00Z`, `+10m`.
struct DueArgument: Sendable {
  let time: Timestamp

  static func read(_ argument: String) throws -> DueArgument {
    if argument.hasPrefix("+"), let wait = DurationArgument(argument: String(argument.dropFirst())) {
      return DueArgument(time: .now() + wait.duration)
    }
    if let time = TimeArgument(argument: argument) { return DueArgument(time: time.time) }
    throw ValidationError(
      "it is a time, as 2026-03-15T10:30:00Z, a day, as 2026-03-15 (UTC), or how long from now, as +10m")
  }
}
