public import EventStreams
public import Foundation

/// What is known of cities beside their names: by which clock people live there, and in what they measure ways.
public struct Cities: Sendable {
  /// What a way is measured in.
  public enum DistanceUnit: String, Sendable, CaseIterable {
    /// 1,000 metres.
    case kilometers = "km"
    /// 1,609.344 metres.
    case miles = "mi"

    /// How many millimetres it has.
    var millimeters: Int { self == .kilometers ? 1_000_000 : 1_609_344 }
  }

  /// A city.
  public struct City: Sendable, Hashable {
    /// Its clock.
    public let zone: TimeZone
    /// What a way is measured in.
    public let unit: DistanceUnit

    /// What a city is where nothing is said of it: by UTC, in kilometres.
    public static let unknown = City(zone: .gmt, unit: .kilometers)

    /// A city.
    public init(zone: TimeZone, unit: DistanceUnit) {
      self.zone = zone
      self.unit = unit
    }
  }

  private let cities: [Identifier: City]

  /// Cities by their names.
  public init(_ cities: [Identifier: City] = [:]) { self.cities = cities }

  /// What is known of a city.
  public subscript(name: String) -> City { cities[Identifier(name)] ?? .unknown }
}
