import HiredisClient

/// Gives a shard what waits for it in the outbox of a service in another shard, unless it has it.
struct ForwardCall: FunctionCall {
  static let function = "forward"
  static let keyNames = Namespace.scheduleKeyNames + ["inbox"]

  let namespace: Namespace
  /// The service and the shard whose outbox it is.
  let service: String
  let shard: Int
  /// The shard that gets it.
  let target: Int
  let page: OutboxPage
  /// Those of the page's entries that are for the shard, from the first on.
  let entries: [OutboxPage.Entry]
  /// The last that was removed because the shard had it; zero for none.
  let sent: EntryID
  /// What its inbox has of the outbox and that is to be disregarded; nil for nothing.
  var disregarding: EntryID?

  var keys: [String] { namespace.scheduleKeys(target) + [namespace.inbox(target)] }

  func write(to arguments: inout Commands) {
    arguments.argument(namespace.deduplicationTime.wholeMilliseconds)
    arguments.argument("\(shard) \(service)")
    arguments.argument(sent)
    arguments.argument(disregarding)
    for entry in entries {
      arguments.argument(entry.id)
      arguments.argument(entry.pieces.count)
      for piece in entry.pieces { arguments.argument(page.bytes.span.extracting(piece)) }
    }
  }

  /// The last entry that the inbox had of the outbox; zero for none.
  static func answer(_ reply: ReplyNode) throws -> EntryID {
    try reply.check()
    return EntryID(utf8: reply.bytes) ?? .zero
  }
}
