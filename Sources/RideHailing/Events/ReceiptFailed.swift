public import EventStreams

/// The rider could not be sent a version of the receipt, and will not be: the address does not exist, or takes no mail.
public struct ReceiptFailed: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "RECEIPT_FAILED"
  /// The topic of such an event.
  public static let topic = RideTopics.receipts

  /// The ride.
  public var rideID: String
  /// Who rode.
  public var riderID: String
  /// Where the ride was.
  public var city: String
  /// Where it was to be sent.
  public var email: String
  /// 1 for the first, then one more each time that there was a new one.
  public var version: Int
  /// Why: what the mail server said.
  public var refusal: String
  /// The id of the event that this version tells the rider of.
  public var cause: String

  /// That a receipt's last version was refused; nil if it was not.
  init?(_ receipt: Receipt, because cause: String) {
    guard let email = receipt.email, let refusal = receipt.refusal else { return nil }
    rideID = receipt.rideID
    riderID = receipt.riderID
    city = receipt.city
    self.email = email
    version = receipt.version
    self.refusal = refusal
    self.cause = cause
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    riderID = try fields("riderId", \.riderID, .name)
    city = try fields("city", \.city, .name)
    email = try fields("email", \.email, .text().personal(of: "riderId"))
    version = try fields("version", \.version, .within(.count))
    refusal = try fields("refusal", \.refusal, .text().personal(of: "riderId"))
    cause = try fields("cause", \.cause, .text())
  }

  /// One event per ride and version.
  public var eventID: String { "\(Self.eventType.rawValue):\(rideID):\(version)" }
}
