import Redis

/// Removes a group that nobody runs, and what is kept for it; its own state stays.
struct ForgetCall: FunctionCall {
  static let function = "forget"
  static let keyNames = [
    "prefix of the logs", "lease", "retry", "dead", "blocked", "redrive", "discarded", "redriven", "stored", "unread",
    "outbox", "sent",
  ]

  let namespace: Namespace
  let shard: Int
  let service: String

  var keys: [String] {
    [
      namespace.logs(shard), namespace.lease(shard, service), namespace.retry(shard, service),
      namespace.dead(shard, service),
      namespace.blocked(shard, service), namespace.redrive(shard, service), namespace.discarded(shard, service),
      namespace.redriven(shard, service), namespace.stored(shard, service),
      namespace.unread(shard, service), namespace.outbox(shard, service), namespace.sent(shard, service),
    ]
  }

  func write(to arguments: inout Commands) { arguments.argument(service) }

  enum Outcome {
    case removed
    /// There is no such group.
    case unknown
    /// A worker has it.
    case inUse
    /// Its outbox holds what was not forwarded to other shards.
    case unsent
  }

  static func answer(_ reply: ReplyNode) throws -> Outcome {
    switch try reply.integer() {
    case 1...: .removed
    case 0: .unknown
    case -1: .inUse
    default: .unsent
    }
  }
}
