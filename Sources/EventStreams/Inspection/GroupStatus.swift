/// How a service stands in one shard.
public struct GroupStatus: Sendable, Hashable, JSONWritable {
  /// The service.
  public let service: String
  /// The shard.
  public let shard: Int
  /// Entries that have not been delivered.
  public let lag: Int
  /// Entries that have been delivered and not acknowledged.
  public let pending: Int
  /// Of these, entries that wait for another attempt.
  public let retrying: Int
  /// Entries in the dead letters, those parked behind others included.
  public let dead: Int
  /// The worker that owns the shard; nil if nobody does.
  public let owner: String?
  /// The last entry that was delivered.
  public let lastDelivered: StreamID

  /// True if the service has handled everything in the shard, or has given up on it.
  public var isQuiet: Bool { lag == 0 && pending == 0 }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("service", service)
      $0.field("shard", shard)
      $0.field("lag", lag)
      $0.field("pending", pending)
      $0.field("retrying", retrying)
      $0.field("dead", dead)
      $0.field("owner", owner)
      $0.field("lastDelivered", lastDelivered.description)
    }
  }
}
