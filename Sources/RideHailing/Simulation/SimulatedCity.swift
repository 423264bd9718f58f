/// A city that the simulator knows: where it is, and what rides cost there.
public struct SimulatedCity: Sendable, Hashable {
  /// As rides name it.
  public let name: String
  let centre: Coordinate
  let currency: Currency
  /// Flag fall, in minor units; all other prices follow from it.
  let base: Int

  private init?(_ name: String, _ latitude: Double, _ longitude: Double, _ currency: String, base: Int) {
    guard let centre = Coordinate(latitude: latitude, longitude: longitude), let currency = Currency(currency) else {
      return nil
    }
    self.name = name
    self.centre = centre
    self.currency = currency
    self.base = base
  }

  /// All of them.
  public static let all: [SimulatedCity] = [
    SimulatedCity("New York", 40.7580, -73.9855, "USD", base: 300),
    SimulatedCity("San Francisco", 37.7793, -122.4193, "USD", base: 350),
    SimulatedCity("Chicago", 41.8786, -87.6251, "USD", base: 325),
    SimulatedCity("London", 51.5074, -0.1278, "GBP", base: 280),
    SimulatedCity("Paris", 48.8566, 2.3522, "EUR", base: 260),
    SimulatedCity("Porto", 41.1496, -8.6109, "EUR", base: 200),
    SimulatedCity("Mexico City", 19.4326, -99.1332, "MXN", base: 1_500),
    SimulatedCity("Tokyo", 35.6762, 139.6503, "JPY", base: 500),
    SimulatedCity("Nairobi", -1.2921, 36.8219, "KES", base: 12_000),
    SimulatedCity("São Paulo", -23.5505, -46.6333, "BRL", base: 550),
    SimulatedCity("Mumbai", 19.0760, 72.8777, "INR", base: 2_800),
    SimulatedCity("Kuwait City", 29.3759, 47.9774, "KWD", base: 400),
  ].compactMap { $0 }
}
