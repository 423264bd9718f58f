import HiredisClient

/// Removes events that wait beside a shard's log; answers of each whether it did.
struct CancelCall: FunctionCall {
  static let function = "cancel"
  static let keyNames = Namespace.scheduleKeyNames

  let namespace: Namespace
  let shard: Int
  let ids: ArraySlice<String>

  var keys: [String] { namespace.scheduleKeys(shard) }

  func write(to arguments: inout Commands) {
    arguments.argument(namespace.deduplicationTime.wholeMilliseconds)
    for id in ids {
      var record = JSONWriter()
      ScheduleRecord.writeCancellation(of: id, to: &record)
      arguments.argument(id)
      arguments.argument(record.bytes)
    }
  }

  static func answer(_ reply: ReplyNode) throws -> [Bool] {
    try (0..<reply.count).map { try reply[$0].integer() == 1 }
  }
}
