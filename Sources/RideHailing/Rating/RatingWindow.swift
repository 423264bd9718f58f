public import EventStreams

/// A ride that may be rated, or has been.
public struct RatingWindow: Sendable, Hashable {
  /// Who rode.
  public let riderID: String
  /// Who drove.
  public let driverID: String
  /// Where.
  public let city: String
  /// When the ride was completed.
  public let openedAt: Timestamp

  /// Hash: ride -> window, of the rides that have not been rated.
  static let open = "open"
  /// Hash: ride -> stars.
  static let closed = "closed"
  /// Hash: `<driver>|count` and `<driver>|stars`.
  static let drivers = "drivers"
}

extension RatingWindow: JSONReadable, JSONWritable {
  /// Reads a window as it was written.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    riderID = try object["rider"]
    driverID = try object["driver"]
    city = try object["city"]
    openedAt = try object["openedAt"]
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("rider", riderID)
      $0.field("driver", driverID)
      $0.field("city", city)
      $0.field("openedAt", openedAt)
    }
  }
}
