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
    var text: [UInt8] = []
    text.reserveCapacity(32)
    write(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// A sign, six digits of a year, and a fraction of six digits: no moment of 64 bits takes more.
  private static let longestText = 32

  /// Adds the text to a buffer.
  func write(to text: inout [UInt8]) {
    let days = day
    let date = CivilDate(daysSinceEpoch: days)
    // Of the day; divided by constants only, which is cheap.
    let (seconds, fraction) = UInt64(microsecondsSinceEpoch &- days &* 86_400_000_000)
      .quotientAndRemainder(dividingBy: 1_000_000)
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.longestText) { bytes in
      var count = 0
      func add(_ byte: UInt8) {
        bytes[count] = byte
        count += 1
      }
      func two(_ number: UInt32) {
        add(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10))
        add(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
      }
      if date.year < 0 { add(UInt8(ascii: "-")) }
      let year = UInt32(date.year.magnitude)
      if year > 9999 { two(year / 10_000) }
      two(year / 100 % 100)
      two(year % 100)
      add(UInt8(ascii: "-"))
      two(UInt32(date.month))
      add(UInt8(ascii: "-"))
      two(UInt32(date.day))
      add(UInt8(ascii: "T"))
      let second = UInt32(seconds)
      two(second / 3600)
      add(UInt8(ascii: ":"))
      two(second / 60 % 60)
      add(UInt8(ascii: ":"))
      two(second % 60)
      if fraction > 0 {
        let microseconds = UInt32(fraction)
        add(UInt8(ascii: "."))
        add(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: microseconds / 100_000))
        two(microseconds / 1000 % 100)
        if microseconds % 1000 > 0 {
          add(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: microseconds / 100 % 10))
          two(microseconds % 100)
        }
      }
      add(UInt8(ascii: "Z"))
      text.append(contentsOf: bytes[..<count])
    }
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
