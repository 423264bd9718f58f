package import HiredisClient

/// Removes a dead letter for good, and has what was parked behind it handled.
package struct DiscardCall: FunctionCall {
  package static let function = "discard"
  package static let keyNames = ["dead", "blocked", "redrive", "retry", "discarded", "redriven"]

  package let namespace: Namespace
  package let shard: Int
  package let service: String
  package let letter: EntryID

  package init(namespace: Namespace, shard: Int, service: String, letter: EntryID) {
    self.namespace = namespace
    self.shard = shard
    self.service = service
    self.letter = letter
  }

  package var keys: [String] {
    [
      namespace.dead(shard, service), namespace.blocked(shard, service), namespace.redrive(shard, service),
      namespace.retry(shard, service), namespace.discarded(shard, service), namespace.redriven(shard, service),
    ]
  }

  package func write(to arguments: inout Commands) { arguments.argument(letter) }

  /// - Returns: whether there was such a letter.
  package static func answer(_ reply: ReplyNode) throws -> Bool { try reply.integer() >= 0 }
}
