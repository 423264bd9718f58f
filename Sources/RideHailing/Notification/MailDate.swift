import EventStreams

/// A date as mail headers want it: `Fri, 03 Apr 2026 10:30:00 +0000` (RFC 5322, 3.3).
struct MailDate: CustomStringConvertible {
  let time: Timestamp

  init(_ time: Timestamp) { self.time = time }

  var description: String {
    let (year, month, day) = time.date
    // The first day of 1970 was a Thursday.
    let weekday = Self.weekdays[Int((time.day + 4) % 7 + 7) % 7]
    let seconds = (time.microsecondsSinceEpoch - time.day * 86_400_000_000) / 1_000_000
    return """
      \(weekday), \(two(day)) \(Self.months[Int(month) - 1]) \(two(year / 100))\(two(year % 100)) \
      \(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60)) +0000
      """
  }

  private func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }

  private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
