import HiredisClient

/// Has events wait beside a shard's log until they are due, unless their ids are known.
struct ScheduleCall: FunctionCall {
  static let function = "schedule"
  static let keyNames = Namespace.scheduleKeyNames

  let namespace: Namespace
  let shard: Int
  let due: Timestamp
  let events: [(id: String, topic: String, length: Int, record: [UInt8])]

  /// - Parameter indexes: those of the events that are meant.
  /// - Throws: `EventTooLong` if a record has no room in an entry.
  init(
    namespace: Namespace, shard: Int, due: Timestamp, events: [EncodedEvent], indexes: ArraySlice<Int>
  ) throws {
    self.namespace = namespace
    self.shard = shard
    self.due = due
    self.events = try indexes.map { index in
      let event = events[index]
      var record = JSONWriter(reservingCapacity: event.json.count + 512)
      ScheduleRecord.write(event.json, id: event.id, topic: event.topic, due: due, to: &record)
      guard record.bytes.count <= EncodedEvent.longest else { throw EventTooLong(event, record: record.bytes.count) }
      return (event.id, event.topic, event.json.count, record.bytes)
    }
  }

  var keys: [String] { namespace.scheduleKeys(shard) }

  func write(to arguments: inout Commands) {
    arguments.argument(namespace.deduplicationTime.wholeMilliseconds)
    for event in events {
      arguments.argument(event.id)
      arguments.argument(due.dueMilliseconds)
      arguments.argument(event.topic)
      arguments.argument(event.length)
      arguments.argument(event.record)
    }
  }

  static func answer(_ reply: ReplyNode) throws -> [EventPlace] { try EventPlace.list(reply) }
}
