public import EventStreams

/// Pays the driver's share of a completed ride into the driver's account, and pays out what drivers want of it.
///
/// The commission is taken of what the ride itself costs; tips and tolls are the driver's, taxes the authorities'. What the driver took in
/// cash is taken off at once, so that the account's balance is what can be paid out; it may be negative, and is carried on.
public struct DriverService: Sendable {
  private let commission: @Sendable (_ city: String, _ product: String?, _ endedAt: Timestamp) -> CommissionRate

  /// A service that keeps so many hundredths of a percent of the rides that it books from now on.
  public init(commissionBasisPoints: Int = CommissionRate.standardBasisPoints) {
    self.init(plans: CommissionPlans(standard: CommissionRate(basisPoints: commissionBasisPoints)))
  }

  /// A service that keeps of the rides that it books from now on what plans say.
  public init(plans: CommissionPlans) {
    commission = { plans.rate(city: $0, product: $1, at: $2) }
  }

  /// A service that is told what was kept of the ride that is completed.
  init(decided: @escaping @Sendable () -> CommissionRate) { commission = { _, _, _ in decided() } }

  /// The consumer group and its handlers; in order per driver.
  public var service: EventService {
    var service = EventService(Self.name)
    service.on(RideCompleted.self, orderedBy: { Account.driver($0.driverID).name }) {
      // Payment says why.
      try await RideRecords.refusal(of: $0.data, in: $0) == nil ? try earn($0) : .none
    }
    service.on(CancellationCharged.self, orderedBy: { Account.driver($0.driverID).name }) { try await compensate($0) }
    service.on(FareAdjusted.self, orderedBy: { Account.driver($0.driverID).name }) { try await adjust($0) }
    service.on(TipCaptured.self, orderedBy: { Account.driver($0.driverID).name }) { try await tip($0) }
    HolderAccounts(kind: .driver).add(to: &service)
    DriverPayouts().add(to: &service)
    service.keep(Self.rides, keepsAccounts: true)
    return service
  }

  /// The effects of a completed ride: once per ride, whatever is published again.
  public func earn(_ event: Event<RideCompleted>) throws -> Effects {
    let data = event.data
    let endedAt = data.completedAt ?? event.timestamp
    return try book(
      DriverRide(data, commission(data.city, data.product, endedAt)), data.rideID, .earned, at: endedAt,
      recorded: event.entryID.recordedAt)
  }

  /// The effects of a fee for a ride that did not take place: as of a ride of that fare.
  func compensate(_ event: Event<CancellationCharged>) async throws -> Effects {
    let (charged, recordedAt) = (event.data, event.entryID.recordedAt)
    let stored = try await event.shard.field(DriverRide.hash, charged.rideID)
    guard let before = try stored.map({ try Self.decode($0) }) else {
      let rate = commission(charged.city, charged.product, charged.at)
      return try book(
        DriverRide(charged, rate), charged.rideID, .cancelled, at: charged.at, recorded: recordedAt,
        reason: "cancellation fee")
    }
    guard !before.isCancelled else { return .none }
    // A completion that was published after the cancellation, and that payment refuses, was handled here first.
    let after = DriverRide(charged, before.commission)
    let journal = try Journal(
      id: "\(Self.name):\(event.data.eventID)", kind: .adjusted, rideID: charged.rideID, effectiveAt: charged.at,
      recordedAt: recordedAt, corrects: Journal.id(ofRide: charged.rideID, .earned), reason: "cancellation fee",
      earning: after.earning - before.earning,
      postings: before.share.map { Posting(account: $0.account, amount: -$0.amount) } + after.share)
    return Effects { effects in
      effects.when(DriverRide.corrected, charged.rideID, .isAbsent) {
        $0.set(DriverRide.corrected, charged.rideID, to: after)
        journal.post(to: &$0)
        $0.publish(DriverPaid(charged.rideID, after, correction: charged.eventID))
      }
    }
  }

  /// A ride is booked once, whatever is published again.
  private func book(
    _ ride: DriverRide, _ rideID: String, _ kind: AccountEntry.Kind, at time: Timestamp, recorded: Timestamp,
    reason: String? = nil
  ) throws -> Effects {
    let journal = try Journal(
      id: Journal.id(ofRide: rideID, kind), kind: kind, rideID: rideID, effectiveAt: time, recordedAt: recorded,
      reason: reason, earning: ride.earning, postings: ride.share)
    return Effects { effects in
      effects.when(DriverRide.hash, rideID, .isAbsent) {
        RideRecords.note(rideID, ended: time, recorded: recorded, in: &$0)
        $0.set(DriverRide.hash, rideID, to: ride)
        journal.post(to: &$0)
        DriverHome.note(ride.driverID, in: ride.city, &$0)
        $0.publish(DriverPaid(rideID, ride))
      }
    }
  }

  /// The effects of another fare: the difference to the one that was booked, at the rate that it was booked with.
  public func adjust(_ event: Event<FareAdjusted>) async throws -> Effects {
    let correction = event.data
    guard let newFare = correction.newFare else { throw Unprocessable("an adjustment without a new fare") }
    func refuse(_ reason: String) -> Effects {
      Effects {
        $0.publish(
          correction.becoming(CorrectionRefused.self, reason: reason),
          id: CorrectionRefused.id(ofRequest: "\(Self.name):\(event.id)"))
      }
    }
    let stored = try await event.shard.field(DriverRide.corrected, correction.rideID)
    let booked = stored == nil ? try await event.shard.field(DriverRide.hash, correction.rideID) : nil
    guard let before = try (stored ?? booked).map({ try Self.decode($0) }) else {
      return refuse("no such ride was driven in \(correction.city)")
    }
    guard !before.corrections.contains(where: { $0.hasSameBytes(as: correction.eventID) }) else { return .none }
    guard before.driverID.hasSameBytes(as: correction.driverID) else {
      return refuse("the ride's driver is \(before.driverID), not \(correction.driverID)")
    }
    guard before.fare == correction.fare, newFare.currency == before.fare.currency else {
      return refuse("the ride's fare is \(before.fare.amount), not \(correction.fare.amount)")
    }
    var after = before
    after.fare = newFare
    after.corrections.append(correction.eventID)
    let journal = try Journal(
      id: "\(Self.name):\(correction.eventID)", kind: .adjusted, rideID: correction.rideID,
      effectiveAt: event.timestamp,
      recordedAt: event.entryID.recordedAt, corrects: correction.corrected(by: Self.name), reason: correction.reason,
      earning: after.earning - before.earning, postings: after.share(since: before))
    let (ride, paid) = (after, DriverPaid(correction.rideID, after, correction: correction.correction))
    return Effects { effects in
      effects.when(DriverRide.corrected, correction.rideID, stored.map { .equals($0) } ?? .isAbsent) {
        $0.set(DriverRide.corrected, correction.rideID, to: ride)
        journal.post(to: &$0)
        $0.publish(paid)
      }
    }
  }

  private static func decode(_ text: String) throws -> DriverRide {
    var parser = JSONParser()
    return try DriverRide(from: parser.parse(text.utf8.span))
  }
}

extension DriverRide {
  /// What the fare is to whom. The cash is not the rider's payment any more, but the driver's.
  fileprivate var share: [Posting] {
    let earning = earning
    func money(_ amount: Int) -> Money { Money(amount, fare.currency) }
    return [
      .debit(.clearing, fare.amount), .credit(.driver(driverID), money(earning.total)),
      .credit(.platform, money(earning.commission)), .credit(.taxes, money(fare.taxes)),
      .credit(.cash(driver: driverID), money(cash)),
    ]
  }

  /// What each has more than before a correction.
  fileprivate func share(since before: DriverRide) -> [Posting] {
    zip(before.share, share).map { old, new in
      Posting(
        account: new.account, amount: Money(new.amount.minorUnits - old.amount.minorUnits, new.amount.currency))
    }
  }
}

extension DriverPaid {
  /// A ride as it was booked.
  fileprivate init(_ rideID: String, _ ride: DriverRide, correction: String? = nil) {
    self.init(
      rideID: rideID, driverID: ride.driverID, city: ride.city, currency: ride.fare.currency,
      commission: ride.commission, earning: ride.earning, taxes: ride.fare.taxes, correction: correction)
  }
}
