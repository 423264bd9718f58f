#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A moment of the years 0 to 9999, to the microsecond; written as RFC 3339 in UTC: `2026-04-03T10:30:00Z`.
///
/// There is none outside these years, so each can be written and read back. Arithmetic that leads out of them ends at their edge.
public struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Microseconds since 1970-01-01T00:00:00Z, not counting leap seconds; negative before.
  public let microsecondsSinceEpoch: Int64

  /// The first moment there is: 0000-01-01T00:00:00Z.
  public static let earliest = Timestamp(microsecondsSinceEpoch: bounds.lowerBound)
  /// The last moment there is: 9999-12-31T23:59:59.999999Z.
  public static let latest = Timestamp(microsecondsSinceEpoch: bounds.upperBound)

  private static let bounds: ClosedRange<Int64> = -62_167_219_200_000_000...253_402_300_799_999_999

  /// A moment; one that is too far away becomes the furthest there is.
  public init(microsecondsSinceEpoch: Int64) {
    self.microsecondsSinceEpoch = min(max(microsecondsSinceEpoch, Self.bounds.lowerBound), Self.bounds.upperBound)
  }

  /// A moment; one that is too far away becomes the furthest there is.
  public init(millisecondsSinceEpoch: Int64) {
    self.init(units: millisecondsSinceEpoch, microseconds: 1000)
  }

  /// A moment; one that is too far away becomes the furthest there is.
  public init(secondsSinceEpoch: Int64) {
    self.init(units: secondsSinceEpoch, microseconds: 1_000_000)
  }

  private init(units: Int64, microseconds: Int64) {
    let (product, overflow) = units.multipliedReportingOverflow(by: microseconds)
    self.init(microsecondsSinceEpoch: overflow ? (units < 0 ? .min : .max) : product)
  }

  /// Nil if the moment is outside the years 0 to 9999.
  init?(exactly microseconds: Int64) {
    guard Self.bounds.contains(microseconds) else { return nil }
    self.init(microsecondsSinceEpoch: microseconds)
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

  /// The moment so much later; at the furthest the last there is, or the first.
  public static func + (time: Timestamp, duration: Duration) -> Timestamp {
    let (seconds, attoseconds) = duration.components
    // Within the bounds of seconds that lead from anywhere to beyond the other end, nothing below overflows.
    let near = min(max(seconds, -400_000_000_000), 400_000_000_000)
    return Timestamp(
      microsecondsSinceEpoch: time.microsecondsSinceEpoch + near * 1_000_000 + attoseconds / 1_000_000_000_000)
  }

  /// The moment so much earlier; at the furthest the first there is, or the last.
  public static func - (time: Timestamp, duration: Duration) -> Timestamp {
    let (seconds, attoseconds) = duration.components
    return time + Duration(secondsComponent: seconds == .min ? .max : -seconds, attosecondsComponent: -attoseconds)
  }

  /// How much later `a` is than `b`.
  public static func - (a: Timestamp, b: Timestamp) -> Duration {
    .microseconds(a.microsecondsSinceEpoch - b.microsecondsSinceEpoch)
  }

  /// RFC 3339 in UTC, with three or six digits of a fraction if there is one.
  public var description: String {
    String(unsafeUninitializedCapacity: Self.longestText) { write(to: $0) }
  }

  /// With a fraction of six digits.
  static let longestText = 27

  /// Writes the text, and says how long it is.
  ///
  /// - Parameter bytes: of the longest text.
  func write(to bytes: UnsafeMutableBufferPointer<UInt8>) -> Int {
    let days = day
    let date = CivilDate(daysSinceEpoch: days)
    // Of the day; divided by constants only, which is cheap.
    let (seconds, fraction) = UInt64(microsecondsSinceEpoch &- days &* 86_400_000_000)
      .quotientAndRemainder(dividingBy: 1_000_000)
    var count = 0
    func add(_ byte: UInt8) {
      bytes[count] = byte
      count += 1
    }
    func two(_ number: UInt32) {
      add(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10))
      add(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
    }
    let year = UInt32(date.year)
    two(year / 100)
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
    return count
  }
}

extension Int64 {
  func floorDivided(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}

extension Timestamp {
  /// Its date of the Gregorian calendar, in UTC.
  public var date: (year: Int64, month: Int64, day: Int64) {
    let date = CivilDate(daysSinceEpoch: day)
    return (date.year, date.month, date.day)
  }

  /// Days from 1970-01-01 to a date of the Gregorian calendar; nil if there is no such date.
  public static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64? {
    CivilDate(year: year, month: month, day: day)?.daysSinceEpoch
  }
}
