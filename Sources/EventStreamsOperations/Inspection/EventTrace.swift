public import EventStreams

/// How far the services have come with one event.
public struct EventTrace: Sendable, JSONWritable {
  /// How far one service has come.
  public struct Step: Sendable, JSONWritable {
    /// The service.
    public let service: String
    /// `waiting`, `pending`, `retrying`, `done`, `dead` or `parked`.
    public let state: String
    /// Why it is retried or dead; nil otherwise.
    public let reason: String?
    /// When the next attempt is due.
    public let retryAt: Timestamp?

    /// Writes it as an object.
    public func write(to json: inout JSONWriter) {
      json.object {
        $0.field("service", service)
        $0.field("state", state)
        $0.field("reason", reason)
        $0.field("retryAt", retryAt)
      }
    }
  }

  /// The shard.
  public let shard: Int
  /// The topic.
  public let topic: String
  /// The event's place in the log; its time is when it was recorded.
  public let entryID: EntryID
  /// The event's envelope.
  public let header: EventHeader
  /// The event as it was logged.
  public let json: [UInt8]
  /// The services that are delivered its topic, by name.
  public let steps: [Step]

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("shard", shard)
      $0.field("topic", topic)
      $0.field("entryId", entryID.description)
      $0.field("recordedAt", entryID.recordedAt)
      $0.field("event", RawJSON(bytes: self.json))
      $0.field("services", steps)
    }
  }
}
