public import Logging

/// An event as a handler receives it: decoded, with its place in the log.
public struct Event<Data: ReadableEventData>: Sendable {
  /// The event's identity, unique in its shard.
  public let id: String
  /// When it happened, by the producer's clock.
  public let timestamp: Timestamp
  /// What ordering is per.
  public let key: String
  /// W3C trace context of the producer, if it sent one.
  public let traceparent: String?
  /// What happened.
  public let data: Data
  /// The shard it was read from, with read access to this service's state there.
  public let shard: OwnedShard
  /// Its place in the shard's log; its time is when Redis recorded the event.
  public let entryID: EntryID
  /// 1 on the first attempt to handle it.
  public let attempt: Int

  /// An event at a place in the log, as the worker makes it and a test may.
  @inlinable
  public init(
    id: String, timestamp: Timestamp, key: String, traceparent: String? = nil, data: Data, shard: OwnedShard,
    entryID: EntryID, attempt: Int = 1
  ) {
    self.id = id
    self.timestamp = timestamp
    self.key = key
    self.traceparent = traceparent
    self.data = data
    self.shard = shard
    self.entryID = entryID
    self.attempt = attempt
  }

  /// What a handler logs beside its text, so that a line says which event it is about.
  public var metadata: Logger.Metadata {
    [
      "shard": "\(shard.number)", "entry": "\(entryID)", "event": "\(id)", "type": "\(Data.eventType)", "key": "\(key)",
      "attempt": "\(attempt)",
    ]
  }

  @usableFromInline
  func with(attempt: Int) -> Event {
    Event(
      id: id, timestamp: timestamp, key: key, traceparent: traceparent, data: data, shard: shard, entryID: entryID,
      attempt: attempt)
  }
}
