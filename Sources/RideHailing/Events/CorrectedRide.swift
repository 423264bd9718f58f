public import EventStreams

/// A completed ride as it stands after the corrections that have been approved: the fold over its events.
public struct CorrectedRide: Sendable, Hashable {
  /// The ride.
  public let rideID: String
  /// Who rode.
  public let riderID: String
  /// Who drove.
  public let driverID: String
  /// Where.
  public let city: String
  /// How it was paid.
  public let payment: Payment
  /// The fare as it stands.
  public internal(set) var fare: Fare
  /// What has been refunded, in minor units.
  public internal(set) var refunded = 0
  /// True if the payment failed: the rider owes the fare.
  public internal(set) var isOwed = false
  /// The id of the last approved correction; nil if there is none.
  public internal(set) var lastCorrection: String?

  /// What is left to refund, in minor units.
  public var refundable: Int { fare.total - refunded }

  /// A ride that has just been completed.
  public init(_ ride: RideCompleted) {
    rideID = ride.rideID
    riderID = ride.riderID
    driverID = ride.driverID
    city = ride.city
    payment = ride.payment
    fare = ride.fare
  }

  /// The fold over a ride's events, in the order of the log; nil if it has not been completed.
  ///
  /// - Throws: a `JSONError` if an event can't be read.
  public static func fold(_ events: some Sequence<(header: EventHeader, json: [UInt8])>) throws -> CorrectedRide? {
    var ride: CorrectedRide?
    for event in events {
      switch event.header.type {
      case RideCompleted.eventType where ride == nil: ride = CorrectedRide(try RideCompleted(ofEvent: event.json.span))
      case PaymentFailed.eventType where ride?.lastCorrection == nil: ride?.isOwed = true
      case PaymentCaptured.eventType where ride?.isOwed == true:
        if try PaymentCaptured(ofEvent: event.json.span).retry != nil { ride?.isOwed = false }
      case FareAdjusted.eventType:
        let correction = try FareAdjusted(ofEvent: event.json.span)
        if let fare = correction.newFare { ride?.fare = fare }
        ride?.lastCorrection = event.header.id
      case RideRefunded.eventType:
        let correction = try RideRefunded(ofEvent: event.json.span)
        // What goes beyond the fare was not approved by anybody.
        let refundable = ride?.refundable ?? 0
        ride?.refunded += min(correction.amount ?? 0, refundable)
        ride?.lastCorrection = event.header.id
      default: break
      }
    }
    return ride
  }
}
