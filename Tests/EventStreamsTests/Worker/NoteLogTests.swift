import Logging
import Testing

@testable import EventStreams

@Suite("What a worker tells of its events") struct NoteLogTests {
  private static func dead(_ number: Int) -> SchedulingNote {
    .buried(
      Delivery(
        shard: OwnedShard(number: 0, epoch: 1, reader: NoState()), entryID: EntryID(milliseconds: 1, sequence: 2),
        header: EventHeader(id: "e\(number)", type: "NOTED", timestamp: .now(), key: "k"), work: .none, deliveries: 1,
        failures: nil), reason: "broken")
  }

  @Test("is ten lines a second at most and how many more, and owes nothing for long")
  func crowds() {
    let lines = LoggedLines()
    let log = lines.logger(.info)
    let start = ContinuousClock.now
    var notes = NoteLog()
    notes.tell((0..<600).map(Self.dead) + [.outageIsOver], at: start, to: log)
    notes.tell((600..<1000).map(Self.dead), at: start + .milliseconds(500), to: log)
    #expect(lines.all("moved an event").count == 10)
    #expect(lines.all("works again").count == 1)
    #expect(lines.all("moved more events").isEmpty)
    #expect(notes.isOwing)
    // Nothing new need come for it.
    notes.tell([], at: start + .seconds(1), to: log)
    #expect(lines.all("moved more events").count == 1)
    #expect(lines.contains("990"))
    #expect(!notes.isOwing)
    notes.tell([Self.dead(1000)], at: start + .milliseconds(1500), to: log)
    #expect(lines.all("moved an event").count == 11)
  }

  @Test("has durations with a tenth of a second at most, as people read them")
  func durations() {
    let lines = LoggedLines()
    let delivery = Delivery(
      shard: OwnedShard(number: 0, epoch: 1, reader: NoState()), entryID: EntryID(milliseconds: 1, sequence: 2),
      header: EventHeader(id: "e", type: "NOTED", timestamp: .now(), key: "k"), work: .none, deliveries: 1,
      failures: nil)
    let failures = Failures(after: nil, error: "busy", at: .now(), retryAt: nil)
    SchedulingNote.willRetry(delivery, failures, in: .nanoseconds(1_234_567_891)).log(to: lines.logger(.info))
    #expect(lines.contains("\"in\": \"1.2s\"") || lines.contains("\"in\": 1.2s"), "\(lines.all("will retry"))")
  }
}
