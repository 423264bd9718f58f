public import EventStreams
import Foundation

/// A city that the simulator knows: where it is, and what rides cost there.
public struct SimulatedCity: Sendable, Hashable {
  /// As rides name it.
  public let name: String
  let centre: Coordinate
  let currency: Currency
  /// Flag fall, in minor units; all other prices follow from it.
  let base: Int
  private let zone: TimeZone?
  /// The name as a part of ids.
  let slug: String

  private init?(
    _ name: String, _ latitude: Double, _ longitude: Double, _ currency: String, base: Int, zone: String
  ) {
    guard let centre = Coordinate(latitude: latitude, longitude: longitude), let currency = Currency(currency) else {
      return nil
    }
    self.name = name
    self.centre = centre
    self.currency = currency
    self.base = base
    self.zone = TimeZone(identifier: zone)
    slug = name.lowercased().filter { $0.isASCII && $0.isLetter }
  }

  /// The hour that the city's clocks show; that of UTC where time zones are not installed.
  public func hour(at time: Timestamp) -> Int {
    let seconds = time.microsecondsSinceEpoch / 1_000_000
    let offset = zone?.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))) ?? 0
    return Int((seconds + Int64(offset)) / 3600 % 24)
  }

  /// How many ride at each hour of the day, one with another: most when work ends, many when it begins.
  private static let ridersByHour = [2, 1, 1, 1, 1, 2, 4, 8, 10, 6, 4, 4, 5, 4, 4, 5, 7, 10, 12, 9, 6, 5, 4, 3]

  /// How many ride at a moment, compared with other moments and cities.
  func riders(at time: Timestamp) -> Int { Self.ridersByHour[hour(at: time)] }

  /// From how many on there are more than the cars can take.
  static let rush = 6

  /// All of them.
  public static let all: [SimulatedCity] = [
    SimulatedCity("New York", 40.7580, -73.9855, "USD", base: 300, zone: "America/New_York"),
    SimulatedCity("San Francisco", 37.7793, -122.4193, "USD", base: 350, zone: "America/Los_Angeles"),
    SimulatedCity("Chicago", 41.8786, -87.6251, "USD", base: 325, zone: "America/Chicago"),
    SimulatedCity("London", 51.5074, -0.1278, "GBP", base: 280, zone: "Europe/London"),
    SimulatedCity("Paris", 48.8566, 2.3522, "EUR", base: 260, zone: "Europe/Paris"),
    SimulatedCity("Porto", 41.1496, -8.6109, "EUR", base: 200, zone: "Europe/Lisbon"),
    SimulatedCity("Mexico City", 19.4326, -99.1332, "MXN", base: 1_500, zone: "America/Mexico_City"),
    SimulatedCity("Tokyo", 35.6762, 139.6503, "JPY", base: 500, zone: "Asia/Tokyo"),
    SimulatedCity("Nairobi", -1.2921, 36.8219, "KES", base: 12_000, zone: "Africa/Nairobi"),
    SimulatedCity("São Paulo", -23.5505, -46.6333, "BRL", base: 550, zone: "America/Sao_Paulo"),
    SimulatedCity("Mumbai", 19.0760, 72.8777, "INR", base: 2_800, zone: "Asia/Kolkata"),
    SimulatedCity("Kuwait City", 29.3759, 47.9774, "KWD", base: 400, zone: "Asia/Kuwait"),
  ].compactMap { $0 }
}
