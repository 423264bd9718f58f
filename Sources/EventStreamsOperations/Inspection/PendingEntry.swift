public import EventStreams

/// An entry that was delivered to a worker of a service and has not been acknowledged.
public struct PendingEntry: Sendable, JSONWritable {
  /// The service.
  public let service: String
  /// The shard.
  public let shard: Int
  /// The topic.
  public let topic: String
  /// Its place in the log.
  public let entryID: EntryID
  /// The event's envelope; nil if the log doesn't hold it any more, or it is no event.
  public let header: EventHeader?
  /// The worker it was delivered to.
  public let consumer: String
  /// Since it was delivered last.
  public let idle: Duration
  /// How often it was delivered.
  public let deliveries: Int
  /// What went wrong so far; nil if nothing did.
  public let failures: Failures?

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("service", service)
      $0.field("shard", shard)
      $0.field("topic", topic)
      $0.field("entryId", entryID.description)
      $0.field("eventId", header?.id)
      $0.field("type", header?.type.rawValue)
      $0.field("key", header?.key)
      $0.field("consumer", consumer)
      $0.field("idleMs", idle.wholeMilliseconds)
      $0.field("deliveries", deliveries)
      $0.field("failures", failures)
    }
  }
}
