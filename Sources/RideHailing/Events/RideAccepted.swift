public import EventStreams

/// A driver takes a ride that was asked for.
public struct RideAccepted: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "RIDE_ACCEPTED"
  /// The topic of such an event.
  public static let topic = RideTopics.progress

  /// The ride.
  public var rideID: String
  /// Who takes it.
  public var driverID: String
  /// Where.
  public var city: String
  /// When, if that is not the event's time.
  public var at: Timestamp?
  /// Where the car is.
  public var place: Coordinate?
  /// How long it takes the car to come, in seconds.
  public var arrivalSeconds: Int?

  /// The event's data.
  public init(
    rideID: String, driverID: String, city: String, at: Timestamp? = nil, place: Coordinate? = nil,
    arrivalSeconds: Int? = nil
  ) {
    self.rideID = rideID
    self.driverID = driverID
    self.city = city
    self.at = at
    self.place = place
    self.arrivalSeconds = arrivalSeconds
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    driverID = try fields("driverId", \.driverID, .name)
    city = try fields("city", \.city, .name)
    at = try fields.optional("at", \.at)
    place = try fields.optional("place", \.place)
    arrivalSeconds = try fields.optional("arrivalSeconds", \.arrivalSeconds, .within(.duration))
  }

  /// One per ride and driver: another one may take it when the first gives it back.
  public var eventID: String { OutcomeID.of(Self.eventType, ride: rideID, correction: driverID) }
}
