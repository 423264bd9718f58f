public import EventStreams

/// A place on the earth (WGS 84).
public struct Coordinate: Sendable, Hashable {
  /// Degrees north, -90 … 90.
  public let latitude: Double
  /// Degrees east, -180 … 180.
  public let longitude: Double

  /// A place; nil if there is none with these degrees.
  public init?(latitude: Double, longitude: Double) {
    guard abs(latitude) <= 90, abs(longitude) <= 180 else { return nil }
    self.latitude = latitude
    self.longitude = longitude
  }
}

extension Coordinate: JSONRecord {
  /// `{"lat":…,"lon":…}`
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    latitude = try fields("lat", \.latitude, .degrees(90))
    longitude = try fields("lon", \.longitude, .degrees(180))
  }
}

extension FieldRule<Double> {
  /// So many degrees to either side.
  fileprivate static func degrees(_ limit: Int) -> FieldRule {
    FieldRule("-\(limit) … \(limit)") { (degrees) throws(JSONError) in
      guard abs(degrees) <= Double(limit) else {
        throw JSONError(problem: "\(degrees) is not between -\(limit) and \(limit)")
      }
    }
  }
}
