public import EventStreams

/// A rating did not count.
public struct RatingRefused: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "RATING_REFUSED"
  /// The topic of such an event.
  public static let topic = RideTopics.ratings

  /// The ride, as the rating named it.
  public var rideID: String
  /// The driver, as the rating named it.
  public var driverID: String
  /// Where.
  public var city: String
  /// 1 … 5
  public var stars: Int
  /// Why it did not count, for people.
  public var reason: String
  /// Who rated.
  public var by: Rater

  /// The refusal of a rating.
  public init(_ rating: RideRated, reason: String) {
    rideID = rating.rideID
    driverID = rating.driverID
    city = rating.city
    stars = rating.stars
    self.reason = reason
    by = rating.by
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    driverID = try fields("driverId", \.driverID, .name)
    city = try fields("city", \.city, .name)
    stars = try fields("stars", \.stars, .within(.stars))
    reason = try fields("reason", \.reason, .text())
    by = try fields("by", \.by, omitting: .rider)
  }

  /// The refusal of a rating with an id.
  public static func id(of event: String, saying rating: RideRated) -> String {
    let driver = rating.by == .driver ? [Rater.driver.rawValue, rating.riderID ?? ""] : []
    return OutcomeID.of(eventType, cause: event, saying: [rating.rideID, rating.driverID, "\(rating.stars)"] + driver)
  }
}
