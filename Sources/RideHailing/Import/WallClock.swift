import EventStreams
import Foundation

/// Turns the local time of a place into moments, where the zone isn't written.
struct WallClock: Sendable {
  private let zone: TimeZone

  init?(_ identifier: String) {
    guard let zone = TimeZone(identifier: identifier) else { return nil }
    self.zone = zone
  }

  /// The moments that a reading of the clock may mean, earliest first: two in the hour that is repeated in autumn, one
  /// otherwise. For a time that is skipped in spring, the moment the clock was moved forward from.
  ///
  /// - Parameter reading: seconds since 1970 as if the reading were UTC.
  func moments(_ reading: Int64) -> [Timestamp] {
    let offsets = Set([-86_400, 86_400].map { offset(at: reading + $0) })
    let moments = offsets.sorted(by: >).map { reading - $0 }.filter { reading - $0 == offset(at: $0) }
    let found = moments.isEmpty ? [reading - (offsets.max() ?? 0)] : moments
    return found.map { Timestamp(secondsSinceEpoch: $0) }
  }

  private func offset(at seconds: Int64) -> Int64 {
    Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
  }

  /// Begin and end of a trip. An end that seems to lie before the beginning, but doesn't if the clock was put back in between,
  /// is the second reading of the repeated hour.
  func interval(_ begin: Int64, _ end: Int64) -> (begin: Timestamp, end: Timestamp) {
    let start = moments(begin)[0]
    let ends = moments(end)
    return (start, ends.first { $0 >= start } ?? ends[0])
  }

  /// Reads `2018-11-04 01:52:14` or `2024-07-07T21:17:47.000Z` (whose Z is not meant) as seconds since 1970 as if it were UTC.
  /// The hour may have one digit.
  static func reading(_ text: String) -> Int64? {
    var numbers: [Int64] = []
    var current: Int64?
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        let (value, overflow) = (current ?? 0).multipliedReportingOverflow(by: 10)
        guard !overflow, value < 1_000_000 else { return nil }
        current = value + Int64(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: " "), UInt8(ascii: "T"), UInt8(ascii: "."),
        UInt8(ascii: "Z"):
        if let found = current { numbers.append(found) }
        current = nil
      default: return nil
      }
    }
    if let current { numbers.append(current) }
    guard numbers.count >= 6, numbers[3] < 24, numbers[4] < 60, numbers[5] < 60 else { return nil }
    let day = Timestamp.daysSinceEpoch(year: numbers[0], month: numbers[1], day: numbers[2])
    return day.map { $0 * 86_400 + numbers[3] * 3600 + numbers[4] * 60 + numbers[5] }
  }
}

extension RowValues {
  /// A reading of the local clock, as seconds since 1970 as if it were UTC.
  func clock(_ name: String) throws(RowProblem) -> Int64 {
    let text = try required(name)
    guard let reading = WallClock.reading(text) else {
      throw RowProblem(field: name, reason: "\"\(text)\" is not a time")
    }
    return reading
  }
}
