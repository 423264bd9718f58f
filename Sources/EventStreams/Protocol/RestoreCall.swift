import Redis

/// Puts a log that was built beside a shard's log in its place, with its groups, its publish window and the state of its services, in one
/// step; answers how many events were published meanwhile.
struct RestoreCall: FunctionCall {
  static let function = "restore"
  static let keyNames = [
    "prefix of the logs", "prefix of the staged logs", "prefix of the publish windows", "staged window",
  ]

  let namespace: Namespace
  let shard: Int
  let stagedLogs: String
  let stagedWindow: String
  let window: Duration
  /// The last entry of the live log that the staged one takes account of; nil if there was none.
  let end: EntryID?
  /// Entries that the shard's topics have ever had.
  let added: [Identifier: Int]
  let groups: [Group]

  /// Where a service's group goes on, and what becomes of its state.
  struct Group {
    let service: String
    /// Of the maintenance lease that holds the service meanwhile.
    let epoch: Int
    let position: EntryID
    let pending: [TopicPlace]
    let topics: [String]
    let state: StagedKeys
  }

  var keys: [String] {
    [namespace.logs(shard), stagedLogs, namespace.seen(shard), stagedWindow]
      + groups.map { namespace.lease(shard, $0.service) } + groups.flatMap(\.state.all)
  }

  func write(to arguments: inout Commands) {
    arguments.argument(end)
    arguments.argument(window.wholeMilliseconds)
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

  typealias Answer = Int
}
