public import EventStreams

/// A ride as the driver service has booked it: the driver's fare, and the rate that holds for it, corrections included.
public struct DriverRide: Sendable, Hashable {
  /// Who drove.
  public let driverID: String
  /// Where.
  public let city: String
  /// The fare as corrected.
  public internal(set) var fare: Fare
  /// What the platform keeps of it.
  public let commission: CommissionRate
  /// What the driver took in cash, in minor units.
  public let cash: Int
  /// True if the ride did not take place, and its fare is the fee for that.
  public private(set) var isCancelled = false
  /// The ids of the corrections that were booked, oldest first.
  public internal(set) var corrections: [String] = []

  /// Hash: ride -> it as it was booked first. It is never changed: what is there, is booked.
  static let hash = "rides"
  /// Hash: ride -> it after corrections; only of rides that were corrected.
  static let corrected = "corrected"

  init(_ ride: RideCompleted, _ commission: CommissionRate) {
    driverID = ride.driverID
    city = ride.city
    fare = ride.fare
    self.commission = commission
    cash = ride.payment.method == .cash ? ride.fare.total : 0
  }

  init(_ charged: CancellationCharged, _ commission: CommissionRate) {
    driverID = charged.driverID
    city = charged.city
    fare = charged.fare
    self.commission = commission
    cash = 0
    isCancelled = true
  }

  /// What the driver is paid of the fare.
  public var earning: Earning { Earning(fare, commissionBasisPoints: commission.basisPoints, cash: cash) }
}

extension DriverRide: JSONRecord {
  /// Its fields.
  public init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    driverID = try fields("driver", \.driverID)
    city = try fields("city", \.city)
    fare = try fields("fare", \.fare)
    commission = CommissionRate(
      plan: try fields("plan", \.commission.plan), basisPoints: try fields("basisPoints", \.commission.basisPoints))
    cash = try fields("cash", \.cash, omitting: 0)
    isCancelled = try fields("cancelled", \.isCancelled, omitting: false)
    corrections = try fields("corrections", \.corrections, omitting: [])
  }
}
