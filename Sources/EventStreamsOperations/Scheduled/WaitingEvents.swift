import EventStreams

/// What waits by some place of a shard's history: what was scheduled, and neither published nor cancelled.
struct WaitingEvents: Sendable {
  struct Waiting: Sendable {
    /// Of the record.
    let place: EntryID
    let due: Timestamp
    let topic: String
    let json: [UInt8]
  }

  private(set) var events: [Identifier: Waiting] = [:]
  /// Where those stand that waited once and have been published.
  private var published: [Identifier: EntryID] = [:]
  /// How long ids are remembered: what is scheduled again within that time is not.
  let deduplicationTime: Duration

  init(deduplicationTime: Duration) { self.deduplicationTime = deduplicationTime }

  /// Takes in the next event of the history.
  mutating func add(_ event: RecordedEvent) {
    guard let header = event.header else { return }
    switch header.type {
    case ScheduleRecord.scheduled:
      guard let scheduled = try? ScheduleRecord.Scheduled(event.json) else { return }
      let id = Identifier(scheduled.id)
      if let place = published[id], place.recordedAt + deduplicationTime > event.entryID.recordedAt { return }
      guard events[id] == nil else { return }
      events[id] = Waiting(
        place: event.entryID, due: scheduled.due, topic: scheduled.topic, json: scheduled.json)
    case ScheduleRecord.cancelled:
      if let id = try? ScheduleRecord.cancelledID(in: event.json) { events[Identifier(id)] = nil }
    default:
      guard !events.isEmpty, events.removeValue(forKey: Identifier(header.id)) != nil else { return }
      published[Identifier(header.id)] = event.entryID
    }
  }
}
