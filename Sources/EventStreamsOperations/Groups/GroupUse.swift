public import EventStreams

/// What a consumer group needs of a namespace's logs, and whether anybody runs it.
public struct GroupUse: Sendable, Hashable, JSONWritable {
  /// The service's name.
  public let name: String
  /// The topics that it is delivered; `*` alone for all.
  public let topics: [String]
  /// True if it is one of the services that the namespace was made for.
  public let isListed: Bool
  /// Workers that own a shard of it now.
  public let owners: Int
  /// Entries not delivered to it.
  public let lag: Int
  /// Entries delivered and not acknowledged.
  public let pending: Int
  /// Its dead letters.
  public let dead: Int
  /// How long ago a worker had one of its shards; nil if none ever had.
  public let idle: Duration?
  /// About so much memory of the server holds entries that it still needs.
  public let bytes: Int

  /// True if nobody has run it for five minutes: what it needs is kept until somebody runs it again or removes it. One of the namespace's own
  /// services that never ran is still to come.
  public var isAbandoned: Bool { owners == 0 && (idle.map { $0 > ServiceCondition.abandonedAfter } ?? !isListed) }

  /// Writes it as an object.
  public func write(to json: inout JSONWriter) {
    json.object {
      $0.field("group", name)
      $0.field("topics", topics)
      $0.field("owners", owners)
      $0.field("lag", lag)
      $0.field("pending", pending)
      $0.field("dead", dead)
      $0.field("idleMs", idle?.wholeMilliseconds)
      $0.field("bytes", bytes)
      $0.field("abandoned", isAbandoned)
    }
  }
}
