public import EventStreams

/// How a namespace stands, as it was at one look.
public struct NamespaceStatus: Sendable {
  /// The services that the namespace was made for, in that order, whether they have run or not.
  public let services: [Subscription]
  /// How each service stands in each shard, by service and shard.
  public let groups: [GroupStatus]
  /// The shards that have a log, or something else in its place.
  public let shards: [ShardStatus]
  /// What operators want to be left alone, by service.
  public let pauses: [Identifier: [Pause]]

  /// Events in all logs.
  public var length: Int { shards.reduce(0) { $0 + $1.length } }

  /// The services that the namespace was made for, then those besides that have a group.
  public var allServices: [String] {
    let listed = services.map(\.service)
    return listed + Set(names: groups.map(\.service)).subtracting(Set(names: listed)).sorted().map(\.text)
  }
}
