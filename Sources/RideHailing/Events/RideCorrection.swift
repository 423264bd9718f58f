public import EventStreams

/// A completed ride's fare is to be put right, or has been. What, says the type; all of them have this shape.
///
/// It names what it corrects: the state that whoever asked for it had seen. Of two corrections of the same state the payment
/// service approves the first and refuses the second, so nobody gets a refund twice because two people asked for it. What a request
/// says of the ride must agree with what the payment service has stored, and nothing is reckoned from it.
public struct RideCorrection<Step: RideCorrectionStep>: RideEvent, JSONRecord, Hashable {
  /// The `type` field of such an event.
  public static var eventType: EventType { Step.eventType }
  /// The topic of such an event.
  public static var topic: String { RideTopics.rides }

  /// The ride.
  public var rideID: String
  /// Who rode.
  public var riderID: String
  /// Who drove.
  public var driverID: String
  /// Where the ride was.
  public var city: String
  /// How it was paid.
  public var payment: Payment
  /// True if the payment failed: the rider owes the fare.
  public var isOwed: Bool
  /// The fare before this correction.
  public var fare: Fare
  /// What had been refunded before, in minor units.
  public var refunded: Int
  /// The right fare, of an adjustment.
  public var newFare: Fare?
  /// What the rider gets back, in minor units, of a refund.
  public var amount: Int?
  /// The id of the approved correction that this one follows; nil for the first one of a ride.
  public var follows: String?
  /// The correction's own name: the same name is the same correction, however often it is published.
  public var correction: String
  /// Why, for people.
  public var reason: String

  /// A correction of a ride as it stands.
  public init(
    of ride: CorrectedRide, newFare: Fare? = nil, amount: Int? = nil, correction: String, reason: String
  ) {
    rideID = ride.rideID
    riderID = ride.riderID
    driverID = ride.driverID
    city = ride.city
    payment = ride.payment
    isOwed = ride.isOwed
    fare = ride.fare
    refunded = ride.refunded
    follows = ride.lastCorrection
    self.newFare = newFare
    self.amount = amount
    self.correction = correction
    self.reason = reason
  }

  private init<Other>(_ other: RideCorrection<Other>, reason: String?) {
    rideID = other.rideID
    riderID = other.riderID
    driverID = other.driverID
    city = other.city
    payment = other.payment
    isOwed = other.isOwed
    fare = other.fare
    refunded = other.refunded
    follows = other.follows
    newFare = other.newFare
    amount = other.amount
    correction = other.correction
    self.reason = reason ?? other.reason
  }

  /// The journal of a service that this one corrects.
  func corrected(by service: String) -> String {
    "\(service):\(follows ?? "\(RideCompleted.eventType):\(rideID)")"
  }

  /// The same correction as an event of another type.
  public func becoming<Next: RideCorrectionStep>(
    _ type: RideCorrection<Next>.Type, reason: String? = nil
  ) -> RideCorrection<Next> { RideCorrection<Next>(self, reason: reason) }

  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    rideID = try fields("rideId", { $0.rideID }, .name)
    riderID = try fields("riderId", { $0.riderID }, .name)
    driverID = try fields("driverId", { $0.driverID }, .name)
    city = try fields("city", { $0.city }, .name)
    payment = try fields("payment", { $0.payment })
    isOwed = try fields("owed", { $0.isOwed }, omitting: false)
    fare = try fields("fare", { $0.fare })
    refunded = try fields("refunded", { $0.refunded }, omitting: 0)
    newFare = try fields.optional("newFare", { $0.newFare })
    amount = try fields.optional("amount", { $0.amount })
    follows = try fields.optional("follows", { $0.follows }, .identifier)
    correction = try fields("correction", { $0.correction }, .name)
    reason = try fields("reason", { $0.reason }, .text())
  }

  /// What is corrected is there to be corrected, and is one thing.
  public func check() throws(JSONError) {
    guard (0...fare.total).contains(refunded) else {
      throw JSONError(path: "refunded", problem: "\(refunded) is not between 0 and the fare, \(fare.total)")
    }
    switch (newFare, amount) {
    case (let newFare?, nil):
      guard newFare.currency == fare.currency else {
        throw JSONError(path: "newFare.currency", problem: "\(newFare.currency) is not the ride's, \(fare.currency)")
      }
      guard newFare.total >= refunded else {
        throw JSONError(path: "newFare.total", problem: "\(newFare.total) is less than was refunded, \(refunded)")
      }
    case (nil, let amount?):
      guard amount > 0, amount <= fare.total - refunded else {
        throw JSONError(
          path: "amount", problem: "\(amount) is not between 1 and what is left of the fare, \(fare.total - refunded)")
      }
    default: throw JSONError(path: "newFare", problem: "or amount is needed, and not both")
    }
  }

  /// One event of a type per ride and correction.
  public var eventID: String { Self.eventID(ofRide: rideID, correction: correction) }

  /// The id of such an event.
  public static func eventID(ofRide ride: String, correction: String) -> String {
    OutcomeID.of(eventType, ride: ride, correction: correction)
  }
}
