import EventStreams
import EventStreamsOperations

/// What a driver's account has of a ride, found by the events that it was booked for.
///
/// A journal lies in the bucket of its event's times, and was written when that was handled, which is soon: little has to be read,
/// however much the driver has driven, and others whose accounts lie beside it.
struct RideEarnings {
  private let ride: String
  private let account: Account
  private let state: ServiceState

  /// An event that the driver service has booked.
  private struct Source {
    let shard: Int
    let entryID: EntryID
    let bucket: JournalBucket

    var recordedAt: Timestamp { entryID.recordedAt }
  }

  /// How many entries of a stream are looked at, one part after the other; an entry has what was booked in one step, which may be hundreds of journals. What is not
  /// among them was booked much later.
  private static let parts = [1, 3, 12, 240, 2000]

  /// Reads the entries, in the order in which they were booked.
  ///
  /// - Parameters:
  ///   - ride: the ride.
  ///   - driver: who drove.
  ///   - end: when it ended.
  ///   - events: its events.
  static func read(
    _ ride: String, of driver: String, since end: Timestamp, _ events: [EventTrace], from state: ServiceState
  ) async throws -> [AccountEntry] {
    let earnings = RideEarnings(ride: ride, account: .driver(driver), state: state)
    if let found = try await earnings.entries(of: sources(events)) { return found }
    do {
      return try await AccountStatement.read(earnings.account, from: state, .init(from: end)).lines.map(\.entry)
        .filter { $0.rideID?.hasSameBytes(as: ride) == true }
    } catch is ClosedJournals.Needed {
      // They have left what the service has stored.
      return []
    }
  }

  /// The entries; nil if that of an event was not found.
  private func entries(of sources: [Source]) async throws -> [AccountEntry]? {
    var found: [AccountEntry] = []
    for source in sources {
      guard let journal = try await journal(of: source) else { return nil }
      found += journal.postings.filter { $0.account == account }.map { journal.entry($0) }
    }
    return found
  }

  private func journal(of source: Source) async throws -> Journal? {
    let stream = source.bucket.stream(JournalBucket.slices(of: account).lowerBound)
    var after = EntryID(milliseconds: source.entryID.milliseconds, sequence: 0).previous
    for limit in Self.parts {
      let page = try await state.page(
        DriverService.name, stream, shard: source.shard, after: after, limit: limit, as: Journal.self)
      if let record = page.records.first(where: { isBooked($0.value, for: source) }) { return record.value }
      guard page.entries == limit, let last = page.last else { return nil }
      after = last
    }
    return nil
  }

  private func isBooked(_ journal: Journal, for source: Source) -> Bool {
    journal.rideID?.hasSameBytes(as: ride) == true && journal.recordedAt == source.recordedAt
      && journal.postings.contains { $0.account == account }
  }

  // MARK: Events

  /// The events of a ride that were booked, and where.
  private static func sources(_ events: [EventTrace]) -> [Source] {
    let refused = Set(names: events.compactMap { trace in trace.data(as: CompletionRefused.self)?.request })
    var isCompleted = false
    return events.compactMap { trace in
      guard trace.steps.contains(where: { $0.service == DriverService.name && $0.state == "done" }) else { return nil }
      let effectiveAt: Timestamp
      switch trace.header.type {
      case RideCompleted.eventType:
        guard !isCompleted, !refused.contains(Identifier(trace.header.id)),
          let ride = trace.data(as: RideCompleted.self)
        else { return nil }
        isCompleted = true
        effectiveAt = ride.completedAt ?? trace.header.timestamp
      case CancellationCharged.eventType:
        guard let charged = trace.data(as: CancellationCharged.self) else { return nil }
        effectiveAt = charged.at
      case FareAdjusted.eventType, TipCaptured.eventType: effectiveAt = trace.header.timestamp
      default: return nil
      }
      return Source(
        shard: trace.shard, entryID: trace.entryID,
        bucket: JournalBucket(recordedAt: trace.entryID.recordedAt, effectiveAt: effectiveAt))
    }
  }
}

extension EventTrace {
  /// What the event says; nil if it is of another type, or can't be read: then it is in the dead letters, which the trace shows.
  func data<Data: EventData>(as type: Data.Type) -> Data? {
    guard header.type == Data.eventType else { return nil }
    do throws(JSONError) { return try Data(ofEvent: json.span) } catch { return nil }
  }
}
