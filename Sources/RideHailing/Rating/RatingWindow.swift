public import EventStreams

/// The time in which a ride may be rated, once.
public struct RatingWindow: Sendable, Hashable {
  /// Who rode.
  public let riderID: String
  /// Who drove.
  public let driverID: String
  /// Where.
  public let city: String
  /// When the ride was completed.
  public let openedAt: Timestamp

  /// A ride may be rated for so long after it ended: 30 days. It goes by what the events say of when they happened, so a history that is
  /// published anew comes to the same.
  public static let length = Duration.seconds(30 * 24 * 3600)

  /// Until when it may be rated.
  public var until: Timestamp { openedAt + Self.length }

  /// Hash: ride -> window. It is never removed: a ride has one.
  static let hash = "windows"
  /// Hash: ride -> stars, of the rides that have been rated.
  static let closed = "closed"
  /// Hash: `<driver>|count` and `<driver>|stars`.
  static let drivers = "drivers"

  init(_ ride: RideCompleted, openedAt: Timestamp) {
    riderID = ride.riderID
    driverID = ride.driverID
    city = ride.city
    self.openedAt = openedAt
  }
}

extension RatingWindow: JSONRecord {
  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    riderID = try fields("rider", \.riderID)
    driverID = try fields("driver", \.driverID)
    city = try fields("city", \.city)
    openedAt = try fields("openedAt", \.openedAt)
  }
}
