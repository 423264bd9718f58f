public import EventStreams

/// Pays the driver's share of a completed ride into the driver's account, and pays out what drivers want of it.
///
/// The commission is taken of what the ride itself costs; tips and tolls are the driver's, taxes the authorities'.
public struct DriverService: Sendable {
  /// The platform's share where nothing else is said, in hundredths of a percent: 20 %.
  public static let standardCommissionBasisPoints = 2000

  private let commissionBasisPoints: Int
  private let snapshots = SnapshotKeeper()

  /// A service that keeps so many hundredths of a percent.
  public init(commissionBasisPoints: Int = standardCommissionBasisPoints) {
    self.commissionBasisPoints = commissionBasisPoints
  }

  /// The consumer group and its handlers; in order per driver.
  public var service: EventService {
    var service = EventService("driver")
    service.on(RideCompleted.self, orderedBy: { Account.driver($0.driverID).name }) { try await earn($0) }
    service.on(FareAdjusted.self, orderedBy: { Account.driver($0.driverID).name }) { try await adjust($0) }
    HolderAccounts(kind: .driver, snapshots: snapshots).add(to: &service)
    return service
  }

  /// The effects of a completed ride.
  public func earn(_ event: Event<RideCompleted>) async throws -> Effects {
    let ride = event.data
    let journal = try Journal(
      id: "driver:\(event.id)", kind: .earned, rideID: ride.rideID, effectiveAt: ride.completedAt ?? event.timestamp,
      recordedAt: event.streamID.recordedAt, postings: share(ride.fare, driver: ride.driverID))
    return try await snapshots.booking(journal, in: event.shard)
  }

  /// The effects of another fare: the difference to the old one.
  public func adjust(_ event: Event<FareAdjusted>) async throws -> Effects {
    let correction = event.data
    guard let newFare = correction.newFare else { throw Unprocessable("an adjustment without a new fare") }
    let before = share(correction.fare, driver: correction.driverID)
    let after = share(newFare, driver: correction.driverID)
    let differences = zip(before, after).map { old, new in
      Posting(
        account: new.account, amount: Money(new.amount.minorUnits - old.amount.minorUnits, new.amount.currency),
        earning: new.earning.map { $0 - (old.earning ?? Earning()) })
    }
    let journal = try Journal(
      id: "driver:\(event.id)", kind: .adjusted, rideID: correction.rideID, effectiveAt: event.timestamp,
      recordedAt: event.streamID.recordedAt, corrects: correction.corrected(by: "driver"), reason: correction.reason,
      postings: differences)
    return try await snapshots.booking(journal, in: event.shard)
  }

  /// What a fare is to whom.
  private func share(_ fare: Fare, driver: String) -> [Posting] {
    let earning = Earning(fare, commissionBasisPoints: commissionBasisPoints)
    return [
      .debit(.clearing, fare.amount), .credit(.driver(driver), Money(earning.total, fare.currency), earning: earning),
      .credit(.platform, Money(earning.commission, fare.currency)), .credit(.taxes, Money(fare.taxes, fare.currency)),
    ]
  }
}
