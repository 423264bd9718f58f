public import EventStreams

/// A ride that did not take place costs its rider a fee, which is the driver's who was stood up, less commission: what follows is as after a ride of
/// that fare. Whether it has been paid says the payment's outcome.
public struct CancellationCharged: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "CANCELLATION_CHARGED"
  /// The topic of such an event.
  public static let topic = RideTopics.rides

  /// The ride.
  public var rideID: String
  /// Who pays.
  public var riderID: String
  /// Who was stood up.
  public var driverID: String
  /// Where.
  public var city: String
  /// The fee, with the taxes that are contained in it.
  public var fare: Fare
  /// Which kind of ride it was to be; nil if there is only one.
  public var product: String?
  /// When it was called off.
  public var at: Timestamp
  /// Where the receipt goes.
  public var riderEmail: String?
  /// The language of the receipt; nil if it isn't known.
  public var riderLocale: String?

  /// What a cancellation costs; nil if it costs nothing.
  ///
  /// - Parameter time: when it was called off, if it does not say so itself.
  init?(_ cancelled: RideCancelled, at time: Timestamp) {
    guard let currency = cancelled.currency, cancelled.fee > 0, let rider = cancelled.riderID,
      let driver = cancelled.driverID
    else { return nil }
    rideID = cancelled.rideID
    riderID = rider
    driverID = driver
    city = cancelled.city
    fare = Fare(base: cancelled.fee - cancelled.taxes, taxes: cancelled.taxes, currency: currency)
    product = cancelled.product
    at = cancelled.at ?? time
    riderEmail = cancelled.riderEmail
    riderLocale = cancelled.riderLocale
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    riderID = try fields("riderId", \.riderID, .name)
    driverID = try fields("driverId", \.driverID, .name)
    city = try fields("city", \.city, .name)
    fare = try fields("fare", \.fare)
    product = try fields.optional("product", \.product, .name)
    at = try fields("at", \.at)
    riderEmail = try fields.optional("riderEmail", \.riderEmail, .email.personal(of: "riderId"))
    riderLocale = try fields.optional("riderLocale", \.riderLocale, .languageTag)
  }
}
