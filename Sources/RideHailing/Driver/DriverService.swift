public import EventStreams

/// Pays the driver's share of a completed ride into the driver's account.
///
/// The commission is taken of what the ride itself costs; tips and tolls are the driver's, taxes the authorities'.
public struct DriverService: Sendable {
  /// The platform's share where nothing else is said, in hundredths of a percent: 20 %.
  public static let standardCommissionBasisPoints = 2000

  private let commissionBasisPoints: Int

  /// A service that keeps so many hundredths of a percent.
  public init(commissionBasisPoints: Int = standardCommissionBasisPoints) {
    self.commissionBasisPoints = commissionBasisPoints
  }

  /// The consumer group and its handlers.
  public var service: EventService {
    var service = EventService("driver")
    service.on(RideCompleted.self) { try earn($0) }
    return service
  }

  /// The effects of a completed ride.
  public func earn(_ event: Event<RideCompleted>) throws -> Effects {
    let ride = event.data
    let fare = ride.fare
    let commission = fare.commissionable.share(basisPoints: commissionBasisPoints)
    let taxes = Money(fare.taxes, fare.currency)
    let earned = Money(fare.total - commission.minorUnits - taxes.minorUnits, fare.currency)
    let journal = try Journal(
      id: "driver:\(event.id)", kind: "earned", rideID: ride.rideID, effectiveAt: ride.completedAt ?? event.timestamp,
      postings: [
        .debit(.clearing, fare.amount), .credit(.driver(ride.driverID), earned), .credit(.platform, commission),
        .credit(.taxes, taxes),
      ])
    return Effects { journal.post(to: &$0) }
  }
}
