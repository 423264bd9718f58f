import Redis

/// Removes a dead letter for good, and has what was parked behind it handled.
struct DiscardCall: FunctionCall {
  static let function = "discard"
  static let keyNames = ["dead", "blocked", "redrive", "retry", "discarded", "redriven"]

  let topic: Topic
  let shard: Int
  let service: String
  let letter: StreamID

  var keys: [String] {
    [
      topic.dead(shard, service), topic.blocked(shard, service), topic.redrive(shard, service),
      topic.retry(shard, service), topic.discarded(shard, service), topic.redriven(shard, service),
    ]
  }

  func write(to arguments: inout Commands) { arguments.argument(letter) }

  /// - Returns: whether there was such a letter.
  static func answer(_ reply: ReplyNode) throws -> Bool { try reply.integer() >= 0 }
}
