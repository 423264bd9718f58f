public import EventStreams

/// A ride's receipt: what the ride costs, what has been paid of it, how, and what is still owed.
///
/// It is kept from the ride's end on, sent when it is known what became of the payment, and sent again, as the next version,
/// whenever that changes.
public struct Receipt: Sendable, Hashable {
  /// The ride.
  public let rideID: String
  /// Who rode.
  public let riderID: String
  /// Who drove.
  public let driverID: String
  /// Where.
  public let city: String
  /// Where it is sent; nil if the rider has no address.
  public let email: String?
  /// The rider's language and manner of numbers, as a language tag; nil if it isn't known.
  public let locale: String?
  /// When the ride was completed.
  public let at: Timestamp
  /// The way, in metres.
  public let distanceMeters: Int?
  /// The time, in seconds.
  public let durationSeconds: Int?
  /// The fare as it stands.
  public private(set) var fare: Fare
  /// True if the ride did not take place, and the fare is the fee for that.
  public private(set) var isCancelled = false
  /// Where it has come from so far, and so what the next version says.
  public private(set) var amounts = PaymentStanding()
  /// What the rider has given the driver after the ride's end, in minor units: no part of the fare.
  public private(set) var tipped = 0
  /// Why a payment failed last; nil if none did.
  public private(set) var failure: String?
  /// How often it was sent, or would have been if the rider had an address; 0 until it is known what became of the payment.
  public private(set) var version = 0
  /// What the last version says; nil if there is none.
  public private(set) var said: PaymentStanding?
  /// What the last version says of tips after the ride's end.
  public private(set) var saidTipped = 0
  /// Why the mail of the last version was refused; nil if it was not.
  public internal(set) var refusal: String?
  /// The ids of the events that it takes in.
  public private(set) var events: [String] = []

  /// Hash: ride -> receipt.
  static let hash = "receipts"

  /// The receipt of a ride of which nothing is known to be paid.
  public init(_ ride: RideCompleted, at time: Timestamp) {
    rideID = ride.rideID
    riderID = ride.riderID
    driverID = ride.driverID
    city = ride.city
    email = ride.riderEmail
    locale = ride.riderLocale
    at = time
    distanceMeters = ride.distanceMeters
    durationSeconds = ride.durationSeconds
    fare = ride.fare
    amounts.fare = ride.fare.total
    amounts.owed = ride.fare.total
  }

  /// The receipt of a fee of which nothing is known to be paid.
  init(_ charged: CancellationCharged) {
    rideID = charged.rideID
    riderID = charged.riderID
    driverID = charged.driverID
    city = charged.city
    email = charged.riderEmail
    locale = charged.riderLocale
    at = charged.at
    distanceMeters = nil
    durationSeconds = nil
    fare = charged.fare
    amounts.fare = fare.total
    amounts.owed = fare.total
    isCancelled = true
  }

  /// The identity of the event that says that this version was sent; the mail's names follow from it.
  var eventID: String { ReceiptSent.id(ride: rideID, version: version) }

  /// What the ride costs.
  public var amount: Money { fare.amount }

  // MARK: Changes

  /// What an event changes about a receipt.
  enum Change {
    /// The fare is another one; what became of the difference follows.
    case fare(Fare)
    /// Where the money has come from so far, and why a payment failed, if one did.
    case standing(PaymentStanding, failure: String?)
    /// The rider has given the driver something on top, in minor units.
    case tip(Int)
  }

  /// Takes in an event, once, however often it is heard.
  ///
  /// - Returns: false if it was taken in before.
  mutating func take(_ change: Change, of event: String) -> Bool {
    guard !events.contains(event) else { return false }
    switch change {
    case .fare(let fare): self.fare = fare
    case .tip(let amount): tipped += amount
    case .standing(let standing, let failure):
      amounts = standing
      if let failure { self.failure = failure }
    }
    events.append(event)
    return true
  }

  /// Makes what is known now the next version, if it is not what the last one says.
  ///
  /// - Parameter hasOtherItems: true if the fare's items are not what the last one says, though its total is.
  /// - Returns: whether there is a new version.
  mutating func issue(hasOtherItems: Bool = false) -> Bool {
    guard amounts != said || tipped != saidTipped || hasOtherItems else { return false }
    version += 1
    said = amounts
    saidTipped = tipped
    refusal = nil
    return true
  }
}

extension Receipt: JSONRecord {
  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("ride", \.rideID)
    riderID = try fields("rider", \.riderID)
    driverID = try fields("driver", \.driverID)
    city = try fields("city", \.city)
    email = try fields.optional("email", \.email)
    locale = try fields.optional("locale", \.locale)
    at = try fields("at", \.at)
    distanceMeters = try fields.optional("meters", \.distanceMeters)
    durationSeconds = try fields.optional("seconds", \.durationSeconds)
    fare = try fields("fare", \.fare)
    isCancelled = try fields("cancelled", \.isCancelled, omitting: false)
    amounts = try fields("amounts", \.amounts)
    failure = try fields.optional("failure", \.failure)
    version = try fields("version", \.version)
    said = try fields.optional("said", \.said)
    tipped = try fields("tipped", \.tipped, omitting: 0)
    saidTipped = try fields("saidTipped", \.saidTipped, omitting: 0)
    refusal = try fields.optional("refusal", \.refusal)
    events = try fields("events", \.events, omitting: [])
  }
}
