import Redis

/// Adds events to a shard's log unless their ids are remembered.
struct PublishCall: FunctionCall {
  static let function = "publish"
  static let keyNames = ["log", "prefix of the publish windows"]

  /// What one call may hold, so that its arguments fit the stack of the server's Lua.
  static let mostEvents = 1000

  let namespace: Namespace
  let shard: Int
  let window: Duration
  let events: [EncodedEvent]
  /// Those of the events that are meant.
  let indexes: ArraySlice<Int>

  var keys: [String] { [namespace.log(shard), namespace.seen(shard)] }

  func write(to arguments: inout Commands) {
    arguments.argument(window.wholeMilliseconds)
    for index in indexes {
      arguments.argument(events[index].id)
      arguments.argument(events[index].json)
    }
  }

  static func answer(_ reply: ReplyNode) throws -> [EventPlace] { try EventPlace.list(reply) }
}
