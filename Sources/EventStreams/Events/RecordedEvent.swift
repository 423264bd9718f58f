/// An event exactly as the log holds it, for services that keep or forward every event.
public struct RecordedEvent: Sendable {
  /// The shard it was read from.
  public let shard: Int
  /// Its place in that shard's log.
  public let entryID: EntryID
  /// Its envelope; nil if the recorded bytes are not an event.
  public let header: EventHeader?
  /// The event's JSON, byte for byte.
  public let json: [UInt8]

  /// A recorded event.
  public init(shard: Int, entryID: EntryID, header: EventHeader?, json: [UInt8]) {
    self.shard = shard
    self.entryID = entryID
    self.header = header
    self.json = json
  }
}

/// An event's envelope: all but its data.
public struct EventHeader: Sendable, Hashable {
  /// The event's identity.
  public let id: String
  /// What happened.
  public let type: EventType
  /// When it happened, by the producer's clock.
  public let timestamp: Timestamp
  /// What ordering is per.
  public let key: String
  /// The version of the data's shape.
  public let version: Int
  /// W3C trace context of the producer, if it sent one.
  public var traceparent: String? { trace?.traceparent }
  /// What belongs to it: W3C trace context, whole.
  let trace: TraceContext?

  /// An envelope.
  public init(
    id: String, type: EventType, timestamp: Timestamp, key: String, version: Int = 1, traceparent: String? = nil
  ) {
    self.init(
      id: id, type: type, timestamp: timestamp, key: key, version: version,
      trace: TraceContext(reading: traceparent, nil))
  }

  init(id: String, type: EventType, timestamp: Timestamp, key: String, version: Int, trace: TraceContext?) {
    self.id = id
    self.type = type
    self.timestamp = timestamp
    self.key = key
    self.version = version
    self.trace = trace
  }
}
