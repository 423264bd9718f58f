import EventStreams

/// Money of a card that is held for a ride that is asked for, as long as it is.
struct CardHold: Sendable, Hashable {
  /// Whose card it is.
  let riderID: String
  /// Where the ride is to be.
  let city: String
  /// What the gateway knows the card by; nil of one from before that was kept.
  let card: String?
  /// How much, in minor units.
  var amount: Int
  /// Of the amount.
  let currency: Currency
  /// The gateway's name for it.
  var reference: String?
  /// True if the rider must first prove who it is: nothing is held yet.
  var isPending = false
  /// Until when it is held, if the gateway says so.
  var until: Timestamp?
  /// The id of the event that asked for the ride.
  let request: String

  /// Hash: ride -> what is held for it now.
  static let hash = "holds"
  /// How long money is held where the gateway does not say: the shortest that any card has (https://docs.stripe.com/payments/place-a-hold-on-a-payment-method).
  static let standardTime = Duration.seconds((4 * 24 + 18) * 3600)
  /// How long a rider may take to prove who it is.
  static let actionTime = Duration.seconds(3600)

  /// What is to be held, for a request.
  init(riderID: String, city: String, card: String?, amount: Money, request: String) {
    self.riderID = riderID
    self.city = city
    self.card = card
    self.amount = amount.minorUnits
    currency = amount.currency
    self.request = request
  }
}

extension CardHold {
  /// Whether a fare can be paid of it.
  func covers(_ record: PaymentRecord) -> Bool {
    !isPending && record.payment.method == .card && record.fare.total > 0 && currency == record.fare.currency
      && riderID.hasSameBytes(as: record.riderID)
  }
}

extension CardHold: JSONRecord {
  /// Its fields.
  init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    riderID = try fields("rider", \.riderID)
    city = try fields("city", \.city)
    card = try fields.optional("card", \.card)
    amount = try fields("amount", \.amount)
    currency = try fields("currency", \.currency)
    reference = try fields.optional("reference", \.reference)
    isPending = try fields("pending", \.isPending, omitting: false)
    until = try fields.optional("until", \.until)
    request = try fields("request", \.request)
  }
}

extension HoldEvent {
  /// What became of a hold, as it is then.
  init(_ rideID: String, _ hold: CardHold) {
    self.init(
      rideID: rideID, riderID: hold.riderID, city: hold.city, amount: Money(hold.amount, hold.currency),
      request: hold.request)
    reference = hold.reference
    until = hold.until
  }
}
