public import EventStreams
import Foundation

/// A week of a city, from Monday to Sunday by the clocks there: one in which they are changed has an hour more, or less.
public struct PayoutWeek: Sendable, Hashable, CustomStringConvertible {
  /// Its year, by ISO 8601: that of its Thursday.
  public let year: Int64
  /// Its number, from 1.
  public let number: Int64
  /// Its Monday, in days since 1970.
  private let monday: Int64

  /// A week as ISO 8601 writes it, 2026-W13; nil if there is none such.
  public init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false).map { String($0) ?? "" }
    guard text.utf8.count == 8, parts.count == 2, parts[1].utf8.first == UInt8(ascii: "W"),
      let year = Int64(parts[0]), let number = Int64(parts[1].dropFirst()), (1970...9998).contains(year), number >= 1,
      let first = Self.firstMonday(year), let next = Self.firstMonday(year + 1)
    else { return nil }
    self.year = year
    self.number = number
    monday = first + 7 * (number - 1)
    guard monday < next else { return nil }
  }

  /// The Monday of the week with 4 January in it.
  private static func firstMonday(_ year: Int64) -> Int64? {
    Timestamp.daysSinceEpoch(year: year, month: 1, day: 4).map { $0 - BankDay(daysSinceEpoch: $0).weekday }
  }

  /// The moments at which it begins and ends in a time zone; nil if there is no zone of this name.
  public func span(in zone: String) -> Range<Timestamp>? {
    guard let zone = TimeZone(identifier: zone) else { return nil }
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    func start(_ day: Int64) -> Timestamp? {
      let date = BankDay(daysSinceEpoch: day).date
      return calendar.date(
        from: DateComponents(year: Int(date.year), month: Int(date.month), day: Int(date.day))
      ).map { Timestamp($0) }
    }
    guard let first = start(monday), let end = start(monday + 7) else { return nil }
    return first..<end
  }

  /// `2026-W13`
  public var description: String { "\(year)-W\(number < 10 ? "0" : "")\(number)" }
}
