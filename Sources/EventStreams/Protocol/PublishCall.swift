import HiredisClient

/// Adds events to a shard's log unless their ids are remembered.
struct PublishCall: FunctionCall {
  static let function = "publish"
  static let keyNames = ["prefix of the logs", "prefix of what is remembered"]

  /// What one call may hold, so that its arguments fit the stack of the server's Lua.
  static let mostEvents = 1000

  let namespace: Namespace
  let shard: Int
  let events: [EncodedEvent]
  /// Those of the events that are meant.
  let indexes: ArraySlice<Int>

  var keys: [String] { [namespace.logs(shard), namespace.seen(shard)] }

  func write(to arguments: inout Commands) {
    arguments.argument(namespace.deduplicationTime.wholeMilliseconds)
    // Events of one topic that follow one another are one run.
    var start = indexes.startIndex
    while start < indexes.endIndex {
      let topic = events[indexes[start]].topic
      let end = indexes[start...].firstIndex { !events[$0].topic.hasSameBytes(as: topic) } ?? indexes.endIndex
      arguments.argument(topic)
      arguments.argument(end - start)
      for index in indexes[start..<end] {
        arguments.argument(events[index].id)
        arguments.argument(events[index].json)
      }
      start = end
    }
  }

  static func answer(_ reply: ReplyNode) throws -> [EventPlace] { try EventPlace.list(reply) }
}
