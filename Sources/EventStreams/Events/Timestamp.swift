#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A moment, to the microsecond; written as RFC 3339 in UTC: `2026-04-03T10:30:00Z`.
public struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Microseconds since 1970-01-01T00:00:00Z, not counting leap seconds; negative before.
  public let microsecondsSinceEpoch: Int64

  /// A moment.
  public init(microsecondsSinceEpoch: Int64) { self.microsecondsSinceEpoch = microsecondsSinceEpoch }

  /// A moment; one too far away for microseconds becomes the furthest there is.
  public init(millisecondsSinceEpoch: Int64) {
    let (microseconds, overflow) = millisecondsSinceEpoch.multipliedReportingOverflow(by: 1000)
    microsecondsSinceEpoch = overflow ? (millisecondsSinceEpoch < 0 ? .min : .max) : microseconds
  }

  /// A moment; one too far away for microseconds becomes the furthest there is.
  public init(secondsSinceEpoch: Int64) {
    let (microseconds, overflow) = secondsSinceEpoch.multipliedReportingOverflow(by: 1_000_000)
    microsecondsSinceEpoch = overflow ? (secondsSinceEpoch < 0 ? .min : .max) : microseconds
  }

  /// This machine's clock.
  public static func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(microsecondsSinceEpoch: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }

  /// Whole minutes since 1970.
  public var minute: Int64 { microsecondsSinceEpoch.floorDivided(by: 60_000_000) }

  /// Whole days since 1970, in UTC.
  public var day: Int64 { microsecondsSinceEpoch.floorDivided(by: 86_400_000_000) }

  /// Earlier comes first.
  public static func < (a: Timestamp, b: Timestamp) -> Bool { a.microsecondsSinceEpoch < b.microsecondsSinceEpoch }

  /// The moment so much later.
  public static func + (time: Timestamp, duration: Duration) -> Timestamp {
    let (seconds, attoseconds) = duration.components
    return Timestamp(
      microsecondsSinceEpoch: time.microsecondsSinceEpoch + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
  }

  /// The moment so much earlier.
  public static func - (time: Timestamp, duration: Duration) -> Timestamp { time + (.zero - duration) }

  /// How much later `a` is than `b`.
  public static func - (a: Timestamp, b: Timestamp) -> Duration {
    .microseconds(a.microsecondsSinceEpoch - b.microsecondsSinceEpoch)
  }

  /// RFC 3339 in UTC, with three or six digits of a fraction if there is one.
  public var description: String {
    String(decoding: bytes, as: UTF8.self)
  }

  var bytes: [UInt8] {
    let days = day
    var rest = microsecondsSinceEpoch - days * 86_400_000_000
    let date = CivilDate(daysSinceEpoch: days)
    var text: [UInt8] = []
    text.reserveCapacity(27)
    func append(_ number: Int64, _ digits: Int) {
      var divisor: Int64 = 1
      for _ in 1..<digits { divisor *= 10 }
      while divisor > 0 {
        text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
        divisor /= 10
      }
    }
    if date.year < 0 { text.append(UInt8(ascii: "-")) }
    append(abs(date.year), abs(date.year) > 9999 ? 6 : 4)
    text.append(UInt8(ascii: "-"))
    append(date.month, 2)
    text.append(UInt8(ascii: "-"))
    append(date.day, 2)
    text.append(UInt8(ascii: "T"))
    append(rest / 3_600_000_000, 2)
    rest %= 3_600_000_000
    text.append(UInt8(ascii: ":"))
    append(rest / 60_000_000, 2)
    rest %= 60_000_000
    text.append(UInt8(ascii: ":"))
    append(rest / 1_000_000, 2)
    rest %= 1_000_000
    if rest > 0 {
      text.append(UInt8(ascii: "."))
      if rest % 1000 == 0 { append(rest / 1000, 3) } else { append(rest, 6) }
    }
    text.append(UInt8(ascii: "Z"))
    return text
  }
}

extension Int64 {
  func floorDivided(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}

extension Timestamp {
  /// Days from 1970-01-01 to a date of the Gregorian calendar; nil if there is no such date.
  public static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64? {
    CivilDate(year: year, month: month, day: day)?.daysSinceEpoch
  }
}
