import EventStreams

/// What a clock showed, as a file has it: `2018-11-04 01:52:14`, `2024-07-07T21:17:47.000Z`, `2019-01-15 3:36:12 PM -0500`.
///
/// Year, month and day stand in this order, the year in four digits: of any other date nobody can tell which day it is.
struct ClockReading: Sendable, Hashable {
  /// Since 1970, as if the reading were UTC.
  private(set) var seconds: Int64
  /// Beyond the seconds; digits beyond microseconds are cut off.
  let microseconds: Int64
  /// Seconds that the clock is ahead of UTC; nil if no zone is written.
  var offset: Int64?

  /// A reading without a zone, in seconds since 1970 as if it were UTC.
  init(seconds: Int64) {
    self.seconds = seconds
    microseconds = 0
  }

  /// Nil for anything else.
  init?(_ text: String) {
    var scanner = Scanner(rest: text.utf8[...])
    guard let year = scanner.number(4...4), scanner.skip("-"), let month = scanner.number(1...2), scanner.skip("-"),
      let day = scanner.number(1...2), let date = Timestamp.daysSinceEpoch(year: year, month: month, day: day),
      scanner.skip("T") || scanner.skip(" "), var hour = scanner.number(1...2), scanner.skip(":"),
      let minute = scanner.number(1...2), scanner.skip(":"), let second = scanner.number(1...2),
      hour < 24, minute < 60, second < 60
    else { return nil }
    var microseconds: Int64 = 0
    if scanner.skip(".") {
      guard let fraction = scanner.fraction() else { return nil }
      microseconds = fraction
    }
    _ = scanner.skip(" ")
    let isMorning = scanner.skip("AM")
    if isMorning || scanner.skip("PM") {
      guard (1...12).contains(hour) else { return nil }
      hour = hour % 12 + (isMorning ? 0 : 12)
      _ = scanner.skip(" ")
    }
    guard let zone = scanner.zone() else { return nil }
    self.seconds = date * 86_400 + hour * 3600 + minute * 60 + second
    self.microseconds = microseconds
    offset = zone.offset
  }

  /// The same without its zone if that is UTC, for files that write `Z` after local times.
  var ignoringUTC: ClockReading {
    var reading = self
    if offset == 0 { reading.offset = nil }
    return reading
  }

  /// The same so many days later.
  func later(days: Int64) -> ClockReading {
    var reading = self
    reading.seconds += days * 86_400
    return reading
  }

  /// The moment, if the zone is written.
  var moment: Timestamp? { offset.map { moment(offset: $0) } }

  /// The moment at which a clock that is so many seconds ahead of UTC shows this.
  func moment(offset: Int64) -> Timestamp {
    Timestamp(microsecondsSinceEpoch: (seconds - offset) * 1_000_000 + microseconds)
  }

  private struct Scanner {
    var rest: Substring.UTF8View

    mutating func skip(_ text: StaticString) -> Bool {
      let matches = text.withUTF8Buffer { rest.starts(with: $0) { $0 == $1 || $0 == $1 | 0x20 && $1 >= 0x41 } }
      if matches { rest = rest.dropFirst(text.utf8CodeUnitCount) }
      return matches
    }

    mutating func number(_ digits: ClosedRange<Int>) -> Int64? {
      let found = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
      guard digits.contains(found.count) else { return nil }
      rest = rest.dropFirst(found.count)
      return found.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }

    /// Digits after the point, as microseconds.
    mutating func fraction() -> Int64? {
      let found = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
      guard !found.isEmpty else { return nil }
      rest = rest.dropFirst(found.count)
      let digits = Array(found.prefix(6)) + Array(repeating: 0x30, count: max(0, 6 - found.count))
      return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }

    /// What is left: nothing, or `Z`, `UTC`, `-08:00`, `-0800` or `-08`; nil if it is anything else.
    mutating func zone() -> Zone? {
      if rest.isEmpty { return Zone(offset: nil) }
      if skip("Z") || skip("UTC") { return rest.isEmpty ? Zone(offset: 0) : nil }
      let isEast = skip("+")
      guard isEast || skip("-") else { return nil }
      var parts: (hours: Int64, minutes: Int64)
      if let both = number(4...4) {
        parts = (both / 100, both % 100)
      } else if let hours = number(2...2) {
        parts = (hours, 0)
        if skip(":") {
          guard let minutes = number(2...2) else { return nil }
          parts.minutes = minutes
        }
      } else {
        return nil
      }
      guard rest.isEmpty, parts.hours <= 14, parts.minutes < 60 else { return nil }
      return Zone(offset: (parts.hours * 3600 + parts.minutes * 60) * (isEast ? 1 : -1))
    }
  }

  private struct Zone {
    let offset: Int64?
  }
}
