import HiredisClient

/// Hands a new owner the next entries that earlier owners left pending, in log order.
struct RecoverCall: FunctionCall {
  static let function = "recover"
  static let keyNames = ["prefix of the logs", "lease", "retry"]

  let namespace: Namespace
  let shard: OwnedShard
  let service: String
  let worker: String
  let after: EntryID
  let count: Int
  /// Whether to leave out what is pending for the worker itself.
  let others: Bool

  var keys: [String] {
    [namespace.logs(shard.number), namespace.lease(shard.number, service), namespace.retry(shard.number, service)]
  }

  func write(to arguments: inout Commands) {
    arguments.argument(service)
    arguments.argument(shard.epoch)
    arguments.argument(worker)
    arguments.argument(after)
    arguments.argument(count)
    arguments.argument(others ? 1 : 0)
  }

  /// One pending entry.
  struct Entry {
    let topic: String
    let entryID: EntryID
    let deliveries: Int
    /// Nil if the log does not hold it any more.
    let json: [UInt8]?
    let failures: Failures?
  }

  /// - Returns: the entries, and the last place that was looked at; nil if that was the end.
  static func answer(_ reply: ReplyNode) throws -> (entries: [Entry], last: EntryID?) {
    var entries: [Entry] = []
    for index in stride(from: 1, to: reply.count - 4, by: 5) {
      guard let id = EntryID(utf8: reply[index + 1].bytes) else { continue }
      var failures: Failures?
      if !reply[index + 4].isNil {
        var parser = JSONParser()
        failures = try Failures(from: parser.parse(reply[index + 4].bytes))
      }
      let json = reply[index + 3].isNil ? nil : reply[index + 3].bytes.withUnsafeBufferPointer { Array($0) }
      entries.append(
        Entry(
          topic: try reply[index].string(), entryID: id, deliveries: try reply[index + 2].integer(), json: json,
          failures: failures))
    }
    return (entries, EntryID(utf8: reply[0].bytes))
  }
}
