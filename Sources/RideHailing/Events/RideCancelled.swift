public import EventStreams

/// A ride that was asked for does not take place.
public struct RideCancelled: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static let eventType: EventType = "RIDE_CANCELLED"
  /// The topic of such an event.
  public static let topic = RideTopics.requests

  /// Who calls a ride off.
  public enum Party: String, Sendable, CaseIterable, FieldValue {
    /// Whoever asked for it.
    case rider
    /// Whoever had taken it.
    case driver
    /// The dispatch: there was no car, or the payment was refused.
    case system
  }

  /// The ride.
  public var rideID: String
  /// Who had asked for it.
  public var riderID: String?
  /// Who had taken it; nil if nobody had.
  public var driverID: String?
  /// Where.
  public var city: String
  /// Who called it off.
  public var by: Party
  /// When, if that is not the event's time.
  public var at: Timestamp?
  /// Why, for people.
  public var reason: String?
  /// What the rider pays for it, in minor units: the driver's who was stood up.
  public var fee: Int
  /// What of the fee is taxes, in minor units.
  public var taxes: Int
  /// Of the fee; nil if there is none.
  public var currency: Currency?
  /// How the fee is paid; nil for the card on which the ride's price is held, or out of the wallet where none is.
  public var payment: Payment?
  /// Which kind of ride it was to be; nil if there is only one.
  public var product: String?
  /// Where the receipt of the fee goes.
  public var riderEmail: String?
  /// The language and the manner of numbers of that receipt, as a language tag (BCP 47): `de-CH`.
  public var riderLocale: String?
  /// True if it is history that comes from elsewhere: it is booked however long ago it was.
  public var isImported = false

  /// A ride that does not take place.
  public init(
    rideID: String, riderID: String?, driverID: String? = nil, city: String, by: Party, at: Timestamp? = nil,
    reason: String? = nil, fee: Money? = nil, taxes: Int = 0, payment: Payment? = nil, product: String? = nil,
    riderEmail: String? = nil
  ) {
    self.rideID = rideID
    self.riderID = riderID
    self.driverID = driverID
    self.city = city
    self.by = by
    self.at = at
    self.reason = reason
    self.fee = fee?.minorUnits ?? 0
    self.taxes = taxes
    currency = fee?.currency
    self.payment = payment
    self.product = product
    self.riderEmail = riderEmail
  }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", \.rideID, .name)
    riderID = try fields.optional("riderId", \.riderID, .name)
    driverID = try fields.optional("driverId", \.driverID, .name)
    city = try fields("city", \.city, .name)
    by = try fields("by", \.by)
    at = try fields.optional("at", \.at)
    reason = try fields.optional("reason", \.reason, .text())
    fee = try fields("fee", \.fee, .within(.fare), omitting: 0)
    taxes = try fields("taxes", \.taxes, .within(.fare), omitting: 0)
    currency = try fields.optional("currency", \.currency)
    payment = try fields.optional("payment", \.payment)
    product = try fields.optional("product", \.product, .name)
    riderEmail = try fields.optional("riderEmail", \.riderEmail, .email.personal(of: "riderId"))
    riderLocale = try fields.optional("riderLocale", \.riderLocale, .languageTag)
    isImported = try fields("imported", \.isImported, omitting: false)
  }

  /// What is paid has a currency, somebody who pays it and somebody who gets it.
  public func check() throws(JSONError) {
    guard taxes <= fee else {
      throw JSONError(path: "taxes", problem: "is \(taxes), which is more than the fee, \(fee)")
    }
    guard fee > 0 else { return }
    for (field, isMissing) in [
      ("currency", currency == nil), ("riderId", riderID == nil), ("driverId", driverID == nil),
    ] where isMissing {
      throw JSONError(path: field, problem: "is missing; a fee needs one")
    }
  }

  /// The fee; nil if there is none.
  public var feeAmount: Money? {
    guard fee > 0, let currency else { return nil }
    return Money(fee, currency)
  }
}
