public import EventStreams

/// What one of a ride's two people has given the other is shown: both have rated, or the time for it is over. It counts from now on.
public struct RatingRevealed: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "RATING_REVEALED"
  /// The topic of such an event.
  public static let topic = RideTopics.ratings

  /// The ride.
  public var rideID: String
  /// Who rode.
  public var riderID: String
  /// Who drove.
  public var driverID: String
  /// Where the ride was.
  public var city: String
  /// Who has rated.
  public var by: Rater
  /// How many stars, 1 … 5. They have another name than in the rating itself, where they are hidden.
  public var given: Int

  /// The event's data.
  public init(rideID: String, riderID: String, driverID: String, city: String, by: Rater, given: Int) {
    self.rideID = rideID
    self.riderID = riderID
    self.driverID = driverID
    self.city = city
    self.by = by
    self.given = given
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    riderID = try fields("riderId", \.riderID, .name)
    driverID = try fields("driverId", \.driverID, .name)
    city = try fields("city", \.city, .name)
    by = try fields("by", \.by)
    given = try fields("given", \.given, .within(.stars))
  }

  /// Who was rated.
  public var rated: AccountHolder { by == .rider ? AccountHolder(.driver, driverID) : AccountHolder(.rider, riderID) }

  /// One per ride and rater.
  public var eventID: String { by.eventID(Self.eventType, ofRide: rideID) }
}
