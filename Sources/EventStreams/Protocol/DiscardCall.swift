import Redis

/// Removes a dead letter for good, and has what was parked behind it handled.
struct DiscardCall: FunctionCall {
  static let function = "discard"
  static let keyNames = ["dead", "blocked", "redrive", "retry", "discarded", "redriven"]

  let namespace: Namespace
  let shard: Int
  let service: String
  let letter: EntryID

  var keys: [String] {
    [
      namespace.dead(shard, service), namespace.blocked(shard, service), namespace.redrive(shard, service),
      namespace.retry(shard, service), namespace.discarded(shard, service), namespace.redriven(shard, service),
    ]
  }

  func write(to arguments: inout Commands) { arguments.argument(letter) }

  /// - Returns: whether there was such a letter.
  static func answer(_ reply: ReplyNode) throws -> Bool { try reply.integer() >= 0 }
}
