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

  /// What the driver is paid of the fare.
  public var earning: Earning { Earning(fare, commissionBasisPoints: commission.basisPoints, cash: cash) }
}

extension DriverRide: JSONReadable, JSONWritable {
  /// Reads a ride as it was written.
  public init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    driverID = try object["driver"]
    city = try object["city"]
    fare = try object["fare"]
    commission = CommissionRate(plan: try object["plan"], basisPoints: try object["basisPoints"])
    cash = try object.optional("cash") ?? 0
    corrections = try object.optional("corrections") ?? []
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("driver", driverID)
      $0.field("city", city)
      $0.field("fare", fare)
      $0.field("plan", commission.plan)
      $0.field("basisPoints", commission.basisPoints)
      if cash != 0 { $0.field("cash", cash) }
      if !corrections.isEmpty { $0.field("corrections", corrections) }
    }
  }
}
