import EventStreams

extension EventService {
  /// Has a service close rides, and have what it keeps leave when it is told to.
  ///
  /// - Parameters:
  ///   - records: what it keeps of each ride.
  ///   - keepsAccounts: true if it keeps accounts as well.
  ///   - staying: what of rides that leave stays, and what follows.
  mutating func keep(
    _ records: RideRecords?, keepsAccounts: Bool = false,
    staying: @escaping @Sendable ([String], Event<RecordsRemoved>) async throws -> RideRecords.Staying = { _, _ in
      RideRecords.Staying()
    }
  ) {
    guard let records else { return }
    records.add(to: &self)
    on(RecordsRemoved.self) { event in
      switch event.data.records {
      case .rides: try await records.removal(event, staying: staying)
      case .accounts: keepsAccounts ? try await JournalClosing().removal(event) : .none
      }
    }
  }
}
