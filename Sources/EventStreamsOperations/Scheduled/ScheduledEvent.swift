public import EventStreams

/// An event that waits until it is due.
public struct ScheduledEvent: Sendable, JSONWritable {
  /// The shard that it waits in.
  public let shard: Int
  /// The event's identity.
  public let id: String
  /// When it is due, by the server's clock.
  public let due: Timestamp
  /// The topic that it will stand in.
  public let topic: String
  /// The place of the record in the log that says that it waits; its time is when it was scheduled.
  public let recordID: EntryID
  /// The event's envelope; nil if it is none.
  public let header: EventHeader?
  /// The event as it will be logged.
  public let json: [UInt8]

  /// Reads a value of the hash that holds what waits: `<due> <entry id of the record> <topic> <JSON>`.
  init?(shard: Int, id: String, _ value: Span<UInt8>) {
    let bytes = value.withUnsafeBufferPointer { Array($0) }
    let parts = bytes.split(separator: UInt8(ascii: " "), maxSplits: 3)
    guard parts.count == 4, let due = Int64(String(decoding: parts[0], as: UTF8.self)),
      let recordID = EntryID(String(decoding: parts[1], as: UTF8.self))
    else { return nil }
    self.shard = shard
    self.id = id
    self.due = Timestamp(millisecondsSinceEpoch: due)
    self.recordID = recordID
    topic = String(decoding: parts[2], as: UTF8.self)
    let json = Array(parts[3])
    self.json = json
    header = try? EventHeader(ofEvent: json.span, fallbackID: id)
  }

  /// What stands in the sorted set for an event: the place of its record, so that it can be compared as a text, and its id.
  static func member(_ id: String, at place: EntryID) -> String {
    let sequence = String(place.sequence)
    return "\(place.milliseconds)-\(String(repeating: "0", count: max(0, 6 - sequence.count)))\(sequence) \(id)"
  }

  /// The id of the event that something in the sorted set stands for.
  static func id(ofMember member: String) -> String {
    member.utf8.firstIndex(of: UInt8(ascii: " ")).map { String(member[member.utf8.index(after: $0)...]) } ?? member
  }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("id", id)
      $0.field("due", due)
      $0.field("scheduledAt", recordID.recordedAt)
      $0.field("shard", shard)
      $0.field("topic", topic)
      $0.field("event", RawJSON(bytes: self.json))
    }
  }
}
