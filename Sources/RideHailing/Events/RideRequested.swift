public import EventStreams

/// Somebody asks for a ride.
public struct RideRequested: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "RIDE_REQUESTED"
  /// The topic of such an event.
  public static let topic = RideTopics.requests

  /// The ride.
  public var rideID: String
  /// Who asks.
  public var riderID: String?
  /// Where.
  public var city: String
  /// Where it shall begin.
  public var pickup: Coordinate?
  /// Where it shall end.
  public var dropoff: Coordinate?
  /// Which cars will do; nil for the city's usual ones.
  public var pool: String?
  /// The price that the rider was shown; nil if the ride costs what it comes to.
  public var quote: Quote?
  /// How it is to be paid, where that is known: the price can be held then.
  public var payment: Payment?

  /// A request.
  public init(
    rideID: String, riderID: String?, city: String, pickup: Coordinate? = nil, dropoff: Coordinate? = nil,
    pool: String? = nil, quote: Quote? = nil, payment: Payment? = nil
  ) {
    self.rideID = rideID
    self.riderID = riderID
    self.city = city
    self.pickup = pickup
    self.dropoff = dropoff
    self.pool = pool
    self.quote = quote
    self.payment = payment
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    riderID = try fields.optional("riderId", \.riderID, .name)
    city = try fields("city", \.city, .name)
    pickup = try fields.optional("pickup", \.pickup)
    dropoff = try fields.optional("dropoff", \.dropoff)
    pool = try fields.optional("pool", \.pool, .name)
    quote = try fields.optional("quote", \.quote)
    payment = try fields.optional("payment", \.payment)
  }

  /// Who pays is known.
  public func check() throws(JSONError) {
    guard payment == nil || riderID != nil else {
      throw JSONError(path: "riderId", problem: "is missing; a way to pay needs one")
    }
  }
}
