import EventStreams

/// A ride's money after a payment or a correction: what is stored, booked and said of it.
struct Settlement: Sendable {
  let rideID: String
  let record: PaymentRecord
  /// What is booked; nil where nothing has moved.
  let journal: Journal?
  /// Publishes the outcome; nil where no money was to move.
  let outcome: (@Sendable (inout Effects) -> Void)?
  /// What was owed for other rides, and was paid along with it.
  let along: [Settlement]

  init(
    rideID: String, _ record: PaymentRecord, _ journal: Journal?, along: [Settlement] = [],
    outcome: (@Sendable (inout Effects) -> Void)? = nil
  ) {
    self.along = along
    self.rideID = rideID
    self.record = record
    self.journal = journal
    self.outcome = outcome
  }

  /// What the ride's rider owes then.
  ///
  /// - Parameter arrears: what the rider owed before.
  func arrears(after arrears: RiderArrears) -> RiderArrears {
    var after = arrears
    after.set(
      RiderArrears.Ride(
        ride: rideID, city: record.city, owed: record.owed, currency: record.fare.currency, at: record.at))
    return along.reduce(after) { $1.arrears(after: $0) }
  }

  /// - Parameters:
  ///   - hash: where the record is kept; nil if it is not any more.
  ///   - arrears: what the rider owed before; nil if that is written with what other settlements come to.
  func write(to effects: inout Effects, in hash: String?, after arrears: RiderArrears?) {
    if let hash { effects.set(hash, rideID, to: record) }
    if let arrears { self.arrears(after: arrears).write(record.riderID, after: arrears, to: &effects) }
    journal?.post(to: &effects)
    outcome?(&effects)
    for other in along { other.write(to: &effects, in: PaymentRecord.corrected, after: nil) }
  }
}

extension RiderArrears {
  /// Stores what a rider owes, if that is not what was owed before.
  func write(_ rider: String, after before: RiderArrears, to effects: inout Effects) {
    guard self != before else { return }
    if rides.isEmpty { effects.remove(Self.hash, rider) } else { effects.set(Self.hash, rider, to: self) }
  }
}
