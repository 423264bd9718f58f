package import HiredisClient

/// Puts a log that was built beside a shard's log in its place, with its groups, the ids that are remembered and the state of its services,
/// in one step; answers how many events were published meanwhile.
package struct RestoreCall: FunctionCall {
  package static let function = "restore"
  package static let keyNames = [
    "prefix of the logs", "prefix of the staged logs", "prefix of what is remembered", "what the staged log remembers",
  ]

  package let namespace: Namespace
  package let shard: Int
  package let stagedLogs: String
  package let stagedIDs: String
  /// The last entry of the live log that the staged one takes account of; nil if there was none.
  package let end: EntryID?
  /// Entries that the shard's topics have ever had.
  package let added: [Identifier: Int]
  package let groups: [Group]

  package init(
    namespace: Namespace, shard: Int, stagedLogs: String, stagedIDs: String, end: EntryID?,
    added: [Identifier: Int], groups: [Group]
  ) {
    self.namespace = namespace
    self.shard = shard
    self.stagedLogs = stagedLogs
    self.stagedIDs = stagedIDs
    self.end = end
    self.added = added
    self.groups = groups
  }

  /// Where a service's group goes on, and what becomes of its state.
  package struct Group {
    package let service: String
    /// Of the maintenance lease that holds the service meanwhile.
    package let epoch: Int
    package let position: EntryID
    package let pending: [TopicPlace]
    package let topics: [String]
    package let state: StagedKeys

    package init(
      service: String, epoch: Int, position: EntryID, pending: [TopicPlace], topics: [String], state: StagedKeys
    ) {
      self.service = service
      self.epoch = epoch
      self.position = position
      self.pending = pending
      self.topics = topics
      self.state = state
    }
  }

  package var keys: [String] {
    [namespace.logs(shard), stagedLogs, namespace.seen(shard), stagedIDs]
      + groups.map { namespace.lease(shard, $0.service) } + groups.flatMap(\.state.all)
  }

  package func write(to arguments: inout Commands) {
    arguments.argument(end)
    arguments.argument(namespace.deduplicationTime.wholeMilliseconds)
    arguments.argument(added.count)
    for (topic, count) in added {
      arguments.argument(topic.text)
      arguments.argument(count)
    }
    arguments.argument(groups.count)
    for group in groups {
      arguments.argument(group.service)
      arguments.argument(group.epoch)
      arguments.argument(group.position)
      group.state.writeCounts(to: &arguments)
      arguments.arguments(counted: group.topics)
      arguments.argument(group.pending.count)
      for entry in group.pending {
        arguments.argument(entry.topic)
        arguments.argument(entry.id)
      }
    }
  }

  package typealias Answer = Int
}
