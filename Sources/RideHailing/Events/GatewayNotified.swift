public import EventStreams

/// The card gateway has said that something has changed about a ride's money. It says no more than that: what has become of it is asked for.
public struct GatewayNotified: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "GATEWAY_NOTIFIED"
  /// The topic of such an event.
  public static let topic = RideTopics.payments

  /// The ride.
  public var rideID: String
  /// Who rides.
  public var riderID: String
  /// Where.
  public var city: String
  /// The notice's own id at the gateway.
  public var notice: String
  /// What it is about, in the gateway's words: `payment_intent.succeeded`.
  public var subject: String
  /// The gateway's name for what has changed; of a dispute or a refund, for the payment.
  public var reference: String
  /// The gateway's name for the dispute, if it is about one.
  public var dispute: String?
  /// The gateway's name for the refund, if it is about one.
  public var refund: String?

  /// The event's data.
  public init(
    rideID: String, riderID: String, city: String, notice: String, subject: String, reference: String,
    dispute: String? = nil, refund: String? = nil
  ) {
    self.rideID = rideID
    self.riderID = riderID
    self.city = city
    self.notice = notice
    self.subject = subject
    self.reference = reference
    self.dispute = dispute
    self.refund = refund
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    riderID = try fields("riderId", \.riderID, .name)
    city = try fields("city", \.city, .name)
    notice = try fields("notice", \.notice, .name)
    subject = try fields("subject", \.subject, .text())
    reference = try fields("reference", \.reference, .name)
    dispute = try fields.optional("dispute", \.dispute, .name)
    refund = try fields.optional("refund", \.refund, .identifier)
  }

  /// One per notice, however often it is sent.
  public var eventID: String { "\(Self.eventType.rawValue):\(notice)" }
}
