import HiredisClient

/// Moves what is due into a shard's log.
struct DueCall: FunctionCall {
  static let function = "due"
  static let keyNames = Namespace.scheduleKeyNames

  let namespace: Namespace
  let shard: Int

  var keys: [String] { namespace.scheduleKeys(shard) }

  func write(to arguments: inout Commands) { arguments.argument(namespace.deduplicationTime.wholeMilliseconds) }

  /// How many events were moved, and how long until somebody should look again: nil if nothing waits.
  typealias Answer = (moved: Int, wait: Duration?)

  static func answer(_ reply: ReplyNode) throws -> Answer {
    let milliseconds = try reply[1].integer()
    return (try reply[0].integer(), milliseconds < 0 ? nil : .milliseconds(milliseconds))
  }
}

extension Namespace {
  /// The keys of the functions about what waits.
  static var scheduleKeyNames: [String] {
    ["prefix of the logs", "prefix of what is remembered", "scheduled", "scheduled:events", "scheduled:next"]
  }

  func scheduleKeys(_ shard: Int) -> [String] {
    [logs(shard), seen(shard), scheduled(shard), scheduledEvents(shard), scheduledNext(shard)]
  }
}
