import EventStreams

/// A ride's money after a payment or a correction: what is stored, booked and said of it.
struct Settlement: Sendable {
  let rideID: String
  let record: PaymentRecord
  let journal: Journal
  /// Publishes the outcome; nil where no money was to move.
  let outcome: (@Sendable (inout Effects) -> Void)?

  init(
    rideID: String, _ record: PaymentRecord, _ journal: Journal, outcome: (@Sendable (inout Effects) -> Void)? = nil
  ) {
    self.rideID = rideID
    self.record = record
    self.journal = journal
    self.outcome = outcome
  }

  /// - Parameter hash: where the record is kept.
  func write(to effects: inout Effects, in hash: String) {
    effects.set(hash, rideID, to: record)
    journal.post(to: &effects)
    outcome?(&effects)
  }
}
