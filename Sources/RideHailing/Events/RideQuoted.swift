public import EventStreams

/// A rider has looked at what a ride would cost. Whether it is asked for or not: somebody wants to go.
public struct RideQuoted: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "RIDE_QUOTED"
  /// The topic of such an event.
  public static let topic = RideTopics.requests

  /// The ride that it would be; a request has the same.
  public var rideID: String
  /// Who looks.
  public var riderID: String?
  /// Where.
  public var city: String
  /// Where it would begin.
  public var pickup: Coordinate?
  /// Where it would end.
  public var dropoff: Coordinate?
  /// Which cars would do; nil for the city's usual ones.
  public var pool: String?
  /// The price, and how long it holds.
  public var quote: Quote

  /// A look at a price.
  public init(
    rideID: String, riderID: String?, city: String, pickup: Coordinate? = nil, dropoff: Coordinate? = nil,
    pool: String? = nil, quote: Quote
  ) {
    self.rideID = rideID
    self.riderID = riderID
    self.city = city
    self.pickup = pickup
    self.dropoff = dropoff
    self.pool = pool
    self.quote = quote
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    riderID = try fields.optional("riderId", \.riderID, .name)
    city = try fields("city", \.city, .name)
    pickup = try fields.optional("pickup", \.pickup)
    dropoff = try fields.optional("dropoff", \.dropoff)
    pool = try fields.optional("pool", \.pool, .name)
    quote = try fields("quote", \.quote)
  }

  /// One per ride and quote.
  public var eventID: String {
    quote.id.map { OutcomeID.of(Self.eventType, ride: rideID, correction: $0) } ?? Self.eventID(ofRide: rideID)
  }
}
