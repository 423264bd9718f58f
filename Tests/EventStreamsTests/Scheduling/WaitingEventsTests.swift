import Testing

@testable import EventStreams
@testable import EventStreamsOperations

@Suite("What waits by some place of a history") struct WaitingEventsTests {
  private var waiting = WaitingEvents(deduplicationTime: .seconds(86_400))
  private let due = Timestamp(secondsSinceEpoch: 4_000_000_000)

  /// Adds an event that was recorded so many hours after the first.
  private mutating func add(_ hours: Int, _ json: [UInt8]) throws {
    let place = EntryID(milliseconds: UInt64(hours * 3_600_000), sequence: 0)
    waiting.add(
      RecordedEvent(
        shard: 0, entryID: place, header: try EventHeader(ofEvent: json.span, fallbackID: ""), json: json))
  }

  private mutating func schedule(_ hours: Int, _ number: Int) throws {
    let event = EncodedEvent(Noted("k", number))
    var record = JSONWriter()
    ScheduleRecord.write(event.json, id: event.id, topic: event.topic, due: due, to: &record)
    try add(hours, record.bytes)
  }

  private mutating func publish(_ hours: Int, _ number: Int) throws {
    try add(hours, EncodedEvent(Noted("k", number)).json)
  }

  private mutating func cancel(_ hours: Int, _ number: Int) throws {
    var record = JSONWriter()
    ScheduleRecord.writeCancellation(of: "NOTED:k:\(number)", to: &record)
    try add(hours, record.bytes)
  }

  private var ids: Set<String> { Set(waiting.events.keys.map(\.text)) }

  @Test("is what was scheduled, and neither published nor cancelled since")
  mutating func events() throws {
    for number in 1...4 { try schedule(number, number) }
    try publish(5, 1)
    try cancel(6, 2)
    try cancel(6, 9)
    #expect(ids == ["NOTED:k:3", "NOTED:k:4"])
    #expect(waiting.events["NOTED:k:3"]?.place == EntryID(milliseconds: 3 * 3_600_000, sequence: 0))
    #expect(waiting.events["NOTED:k:3"]?.due == due)
    try schedule(7, 2)
    // The first of an id counts.
    try schedule(8, 3)
    #expect(ids == ["NOTED:k:2", "NOTED:k:3", "NOTED:k:4"])
    #expect(waiting.events["NOTED:k:3"]?.place == EntryID(milliseconds: 3 * 3_600_000, sequence: 0))
  }

  @Test("has nothing that came within the time in which ids are remembered, though it was scheduled again")
  mutating func window() throws {
    try schedule(1, 1)
    try publish(2, 1)
    try schedule(25, 1)
    #expect(ids == [])
    try schedule(26, 1)
    #expect(ids == ["NOTED:k:1"])
  }
}
