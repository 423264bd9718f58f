import EventStreams
import Foundation

/// Turns what clocks of a place show into moments, where the zone isn't written.
struct WallClock: Sendable {
  private let zone: TimeZone

  init?(_ identifier: String) {
    guard let zone = TimeZone(identifier: identifier) else { return nil }
    self.zone = zone
  }

  /// The moments that a reading may mean, earliest first: two in the hour that is repeated in autumn, one otherwise. For a time
  /// that is skipped in spring, the moment the clock was moved forward from. A zone that is written is honoured.
  func moments(_ reading: ClockReading) -> [Timestamp] {
    if let moment = reading.moment { return [moment] }
    let offsets = Set([-86_400, 86_400].map { offset(at: reading.seconds + $0) })
    let possible = offsets.sorted(by: >).filter { $0 == offset(at: reading.seconds - $0) }
    return (possible.isEmpty ? [offsets.max() ?? 0] : possible).map { reading.moment(offset: $0) }
  }

  private func offset(at seconds: Int64) -> Int64 {
    Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
  }

  /// Begin and end of a trip. An end that seems to lie before the beginning, but doesn't if the clock was put back in between,
  /// is the second reading of the repeated hour.
  func interval(_ begin: ClockReading, _ end: ClockReading) -> (begin: Timestamp, end: Timestamp) {
    let start = moments(begin)[0]
    let ends = moments(end)
    return (start, ends.first { $0 >= start } ?? ends[0])
  }
}
