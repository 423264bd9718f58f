import EventStreams
import Foundation

/// A date as mail headers want it: `Fri, 03 Apr 2026 10:30:00 +0000` (RFC 5322, 3.3).
struct MailDate: CustomStringConvertible {
  let time: Timestamp

  init(_ time: Timestamp) { self.time = time }

  var description: String {
    Date(timeIntervalSince1970: Double(time.microsecondsSinceEpoch) / 1_000_000).formatted(Self.style)
  }

  // Made once: it takes longer than a date in it.
  private static let style = Date.VerbatimFormatStyle(
    format: """
      \(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .defaultDigits) \
      \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits) +0000
      """,
    locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt, calendar: Calendar(identifier: .gregorian))
}
