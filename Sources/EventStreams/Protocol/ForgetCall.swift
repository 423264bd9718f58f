package import HiredisClient

/// Removes a group that nobody runs, and what is kept for it; its own state stays.
package struct ForgetCall: FunctionCall {
  package static let function = "forget"
  package static let keyNames = [
    "prefix of the logs", "lease", "retry", "dead", "blocked", "redrive", "discarded", "redriven", "stored", "unread",
    "outbox", "sent",
  ]

  package let namespace: Namespace
  package let shard: Int
  package let service: String

  package init(namespace: Namespace, shard: Int, service: String) {
    self.namespace = namespace
    self.shard = shard
    self.service = service
  }

  package var keys: [String] {
    [
      namespace.logs(shard), namespace.lease(shard, service), namespace.retry(shard, service),
      namespace.dead(shard, service),
      namespace.blocked(shard, service), namespace.redrive(shard, service), namespace.discarded(shard, service),
      namespace.redriven(shard, service), namespace.stored(shard, service),
      namespace.unread(shard, service), namespace.outbox(shard, service), namespace.sent(shard, service),
    ]
  }

  package func write(to arguments: inout Commands) { arguments.argument(service) }

  package enum Outcome {
    case removed
    /// There is no such group.
    case unknown
    /// A worker has it.
    case inUse
    /// Its outbox holds what was not forwarded to other shards.
    case unsent
  }

  package static func answer(_ reply: ReplyNode) throws -> Outcome {
    switch try reply.integer() {
    case 1...: .removed
    case 0: .unknown
    case -1: .inUse
    default: .unsent
    }
  }
}
