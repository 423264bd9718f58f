import EventStreams

/// A day of the Gregorian calendar, and whether banks of the euro area settle on it.
public struct BankDay: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Counted since 1970-01-01.
  public let daysSinceEpoch: Int64

  /// A day.
  public init(daysSinceEpoch: Int64) { self.daysSinceEpoch = daysSinceEpoch }

  /// A day as 2026-04-02; nil if there is none such.
  public init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
      .map { Int64(String($0) ?? "") }
    guard text.utf8.count == 10, parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
      (1970...9999).contains(year), let days = Timestamp.daysSinceEpoch(year: year, month: month, day: day)
    else { return nil }
    self.init(daysSinceEpoch: days)
  }

  /// 0 on Monday … 6 on Sunday: 1970 began on a Thursday.
  var weekday: Int64 { (daysSinceEpoch % 7 + 10) % 7 }

  var date: (year: Int64, month: Int64, day: Int64) { Timestamp(secondsSinceEpoch: daysSinceEpoch * 86_400).date }

  /// Whether it is one on which TARGET is open: Monday to Friday, but for 1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December
  /// (European Central Bank, long-term calendar for TARGET closing days, since 2002).
  public var isBusinessDay: Bool {
    guard weekday < 5 else { return false }
    let (year, month, day) = date
    if [(1, 1), (5, 1), (12, 25), (12, 26)].contains(where: { $0 == (month, day) }) { return false }
    let easter = Self.easter(year)
    return daysSinceEpoch != easter - 2 && daysSinceEpoch != easter + 1
  }

  /// The first business day after it.
  public var nextBusinessDay: BankDay {
    var day = BankDay(daysSinceEpoch: daysSinceEpoch + 1)
    while !day.isBusinessDay { day = BankDay(daysSinceEpoch: day.daysSinceEpoch + 1) }
    return day
  }

  /// Easter Sunday by the Gregorian calendar (J. Meeus, Astronomical Algorithms, chapter 8), in days since 1970.
  private static func easter(_ year: Int64) -> Int64 {
    let (a, b, c) = (year % 19, year / 100, year % 100)
    let (d, e) = (b / 4, b % 4)
    let g = (8 * b + 13) / 25
    let h = (19 * a + b - d - g + 15) % 30
    let (i, k) = (c / 4, c % 4)
    let l = (32 + 2 * e + 2 * i - h - k) % 7
    let m = (a + 11 * h + 19 * l) / 433
    let month = (h + l - 7 * m + 90) / 25
    let day = (h + l - 7 * m + 33 * month + 19) % 32
    return Timestamp.daysSinceEpoch(year: year, month: month, day: day) ?? 0
  }

  /// Earlier comes first.
  public static func < (a: BankDay, b: BankDay) -> Bool { a.daysSinceEpoch < b.daysSinceEpoch }

  /// `2026-04-02`
  public var description: String {
    let (year, month, day) = date
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(year)-\(two(month))-\(two(day))"
  }
}
