public import EventStreams

/// What a rider owes for a ride is to be charged once more: scheduled when a card was declined for the time being.
public struct PaymentRetryDue: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "PAYMENT_RETRY_DUE"
  /// The topic of such an event.
  public static let topic = RideTopics.payments

  /// When it is tried again, in days after the first attempt: eight times in two weeks.
  static let days = [1, 2, 3, 5, 7, 9, 11, 14]

  /// The ride.
  public var rideID: String
  /// Who owes it.
  public var riderID: String
  /// Where the ride was.
  public var city: String
  /// Which attempt after the first one it is: 1 … 8.
  public var attempt: Int
  /// When the first attempt was declined.
  public var since: Timestamp
  /// The id of the event that had another card charged, with which the attempts began anew; nil of those after the ride itself.
  public var series: String?

  /// An attempt.
  public init(rideID: String, riderID: String, city: String, attempt: Int, since: Timestamp, series: String? = nil) {
    self.rideID = rideID
    self.riderID = riderID
    self.city = city
    self.attempt = attempt
    self.since = since
    self.series = series
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    riderID = try fields("riderId", \.riderID, .name)
    city = try fields("city", \.city, .name)
    attempt = try fields("attempt", \.attempt, .within(.attempts))
    since = try fields("since", \.since)
    series = try fields.optional("series", \.series, .identifier)
  }

  /// When it is due; nil if there is no such attempt.
  var due: Timestamp? {
    guard Self.days.indices.contains(attempt - 1) else { return nil }
    return since + .seconds(Self.days[attempt - 1] * 86_400)
  }

  /// The attempt after it.
  var next: PaymentRetryDue {
    PaymentRetryDue(rideID: rideID, riderID: riderID, city: city, attempt: attempt + 1, since: since, series: series)
  }

  /// One per ride, series and attempt.
  public var eventID: String { Self.id(ofRide: rideID, attempt: attempt, series: series) }

  /// The id of an attempt.
  static func id(ofRide ride: String, attempt: Int, series: String?) -> String {
    series.map { OutcomeID.of(eventType, ride: ride, cause: "\(attempt)/\($0)") }
      ?? OutcomeID.of(eventType, ride: ride, correction: "\(attempt)")
  }
}
