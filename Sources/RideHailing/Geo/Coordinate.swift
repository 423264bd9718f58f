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

extension Coordinate: JSONReadable, JSONWritable {
  /// `{"lat":…,"lon":…}`
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    let latitude: Double = try object["lat"]
    let longitude: Double = try object["lon"]
    guard abs(latitude) <= 90 else { throw JSONError(path: "lat", problem: "\(latitude) is not between -90 and 90") }
    guard abs(longitude) <= 180 else {
      throw JSONError(path: "lon", problem: "\(longitude) is not between -180 and 180")
    }
    self.latitude = latitude
    self.longitude = longitude
  }

  /// `{"lat":…,"lon":…}`
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("lat", latitude)
      $0.field("lon", longitude)
    }
  }
}
