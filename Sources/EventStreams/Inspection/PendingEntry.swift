/// An entry that was delivered to a service and is not acknowledged.
public struct PendingEntry: Sendable, Hashable {
  /// The service.
  public let service: String
  /// The shard.
  public let shard: Int
  /// Its place in the shard's log.
  public let streamID: StreamID
  /// The worker it was delivered to.
  public let consumer: String
  /// How long ago that was.
  public let idle: Duration
  /// How often it was delivered.
  public let deliveries: Int
  /// The event's envelope; nil if the log doesn't hold the entry any more, or what it holds is no event.
  public internal(set) var header: EventHeader?
  /// What went wrong so far, of an entry that waits for another attempt.
  public internal(set) var failures: Failures?
}
