import HiredisClient

/// What became of an event that was to be published, now or later, as the functions for that answer.
struct EventPlace {
  let entryID: EntryID
  let isDuplicate: Bool
  /// The JSON of the event that is there, if it is known and was asked for.
  let other: [UInt8]?
  /// When that one is due, if it waits.
  let due: Timestamp?

  /// A entry id, with `=` before it for an event that is there already; or {that, its JSON}, or {that, its JSON, when it is due}. For one
  /// that waits `publish` has the JSON of its record.
  private init(_ reply: ReplyNode) throws {
    let bytes = reply.count > 1 ? reply[0].bytes : reply.bytes
    isDuplicate = !bytes.isEmpty && bytes[0] == UInt8(ascii: "=")
    guard let id = EntryID(utf8: isDuplicate ? bytes.extracting(1...) : bytes) else {
      throw RedisError(.protocolViolation, "publish answered with something that is no entry id")
    }
    entryID = id
    let json = reply.count > 1 ? reply[1].bytes.withUnsafeBufferPointer { Array($0) } : nil
    if reply.count > 2 {
      other = json
      due = Timestamp(millisecondsSinceEpoch: Int64(try reply[2].integer()))
    } else if let json, let waiting = try? ScheduleRecord.Scheduled(json) {
      other = waiting.json
      due = waiting.due.inServerTime
    } else {
      other = json
      due = nil
    }
  }

  static func list(_ reply: ReplyNode) throws -> [EventPlace] {
    var places: [EventPlace] = []
    places.reserveCapacity(reply.count)
    for position in 0..<reply.count { places.append(try EventPlace(reply[position])) }
    return places
  }

  /// What an event of the same id says differently from the one that is there.
  ///
  /// - Parameter time: when it was to be published; nil for now.
  func difference(of event: [UInt8], due time: Timestamp?) -> EventDifference? {
    guard let other else { return nil }
    if let difference = EventDifference(of: event, to: other) { return difference }
    guard let due, time?.dueMilliseconds != due.dueMilliseconds else { return nil }
    return EventDifference(description: "it is due at \(due) there and \(time.map { "at \($0)" } ?? "now") here")
  }
}
