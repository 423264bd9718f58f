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
  /// True if both may rate, and nobody is shown what was given before both have or the time is over; false if only the rider may, and it
  /// counts at once, as it was for rides that were completed then.
  public let isBlind: Bool

  /// A ride may be rated for so long after it ended: 30 days. It goes by what the events say of when they happened, so a history that is
  /// published anew comes to the same.
  public static let length = Duration.seconds(30 * 24 * 3600)

  /// Until when it may be rated.
  public var until: Timestamp { openedAt + Self.length }

  /// A rating that is logged when its time is over, as of history that is published anew, is shown so much later: what the other gave in time
  /// has come by then.
  static let grace = Duration.seconds(3600)

  /// When what is given first is shown, unless the other rates before.
  ///
  /// - Parameter time: when the rating was logged.
  func shown(ratedAt time: Timestamp) -> Timestamp { time <= until ? until : time + Self.grace }

  /// Hash: ride -> window. It is never removed: a ride has one.
  static let hash = "windows"
  /// Hash: ride -> stars that count for its driver.
  static let closed = "closed"
  /// Hash: ride -> stars that count for its rider.
  static let closedForRiders = "closed:riders"
  /// Hash: `<driver>|count` and `<driver>|stars`, of what counted at once.
  static let drivers = "drivers"

  /// The hash of the stars that count because of what one of a ride's people gave.
  static func closed(by rater: Rater) -> String { rater == .rider ? closed : closedForRiders }

  /// Why a rating is not by the ride's own people; nil if it is.
  func problem(with rating: RideRated) -> String? {
    guard rating.driverID.hasSameBytes(as: driverID) else {
      return "the ride's driver is \(driverID), not \(rating.driverID)"
    }
    if let rider = rating.riderID, !rider.hasSameBytes(as: riderID) {
      return "the ride's rider is \(riderID), not \(rider)"
    }
    return rating.by == .rider || isBlind ? nil : "the ride was completed when only riders rated"
  }

  init(_ ride: RideCompleted, openedAt: Timestamp, isBlind: Bool) {
    self.isBlind = isBlind
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
    isBlind = try fields("blind", \.isBlind, omitting: false)
  }
}
