public import EventStreams

/// A ride has ended and is to be paid: what all services react to.
public struct RideCompleted: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "RIDE_COMPLETED"
  /// The topic of such an event.
  public static let topic = RideTopics.rides

  /// The ride.
  public var rideID: String
  /// Who rode.
  public var riderID: String
  /// Who drove.
  public var driverID: String
  /// Where; all that happens in one city is in one shard.
  public var city: String
  /// What it costs.
  public var fare: Fare
  /// How it is paid.
  public var payment: Payment
  /// Which kind of ride it was, by the platform's own name for it; nil if there is only one.
  public var product: String?
  /// The way, in metres.
  public var distanceMeters: Int?
  /// The time, in seconds.
  public var durationSeconds: Int?
  /// When the ride was asked for.
  public var requestedAt: Timestamp?
  /// When it began.
  public var startedAt: Timestamp?
  /// When it ended.
  public var completedAt: Timestamp?
  /// Where it began.
  public var pickup: Coordinate?
  /// Where it ended.
  public var dropoff: Coordinate?
  /// Where the receipt goes.
  public var riderEmail: String?
  /// The language and the manner of numbers of the receipt, as a language tag (BCP 47): `de-CH`.
  public var riderLocale: String?
  /// The price that was held for it; nil if it costs what it came to.
  public var quote: Quote?
  /// True if it is history that comes from elsewhere: it is booked however long ago it ended.
  public var isImported = false

  /// A completed ride with what it can't be without.
  public init(rideID: String, riderID: String, driverID: String, city: String, fare: Fare, payment: Payment) {
    self.rideID = rideID
    self.riderID = riderID
    self.driverID = driverID
    self.city = city
    self.fare = fare
    self.payment = payment
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    riderID = try fields("riderId", \.riderID, .name)
    driverID = try fields("driverId", \.driverID, .name)
    city = try fields("city", \.city, .name)
    fare = try fields("fare", \.fare)
    product = try fields.optional("product", \.product, .name)
    distanceMeters = try fields.optional("distanceMeters", \.distanceMeters, .within(.distance))
    durationSeconds = try fields.optional("durationSeconds", \.durationSeconds, .within(.duration))
    requestedAt = try fields.optional("requestedAt", \.requestedAt)
    startedAt = try fields.optional("startedAt", \.startedAt)
    completedAt = try fields.optional("completedAt", \.completedAt)
    pickup = try fields.optional("pickup", \.pickup)
    dropoff = try fields.optional("dropoff", \.dropoff)
    payment = try fields("payment", \.payment)
    riderEmail = try fields.optional("riderEmail", \.riderEmail, .email.personal(of: "riderId"))
    riderLocale = try fields.optional("riderLocale", \.riderLocale, .languageTag)
    quote = try fields.optional("quote", \.quote)
    isImported = try fields("imported", \.isImported, omitting: false)
  }

  /// It ended after it began, and costs what was said.
  public func check() throws(JSONError) {
    if let quote, let problem = quote.difference(from: fare) { throw JSONError(path: "fare", problem: problem) }
    // A scheduled ride may begin before the time it was asked for.
    if let startedAt, let completedAt, completedAt < startedAt {
      throw JSONError(path: "completedAt", problem: "\(completedAt) is before startedAt, \(startedAt)")
    }
    if let requestedAt, let completedAt, completedAt < requestedAt {
      throw JSONError(path: "completedAt", problem: "\(completedAt) is before requestedAt, \(requestedAt)")
    }
  }
}
