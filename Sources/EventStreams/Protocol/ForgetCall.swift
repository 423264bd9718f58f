import Redis

/// Removes a group that nobody runs, and what is kept for it; its own state stays.
struct ForgetCall: FunctionCall {
  static let function = "forget"
  static let keyNames = ["log", "lease", "retry", "dead", "blocked", "redrive", "discarded", "redriven", "stored"]

  let topic: Topic
  let shard: Int
  let service: String

  var keys: [String] {
    [
      topic.log(shard), topic.lease(shard, service), topic.retry(shard, service), topic.dead(shard, service),
      topic.blocked(shard, service), topic.redrive(shard, service), topic.discarded(shard, service),
      topic.redriven(shard, service), topic.stored(shard, service),
    ]
  }

  func write(to arguments: inout Commands) { arguments.argument(service) }

  enum Outcome {
    case removed
    /// There is no such group.
    case unknown
    /// A worker has it.
    case inUse
  }

  static func answer(_ reply: ReplyNode) throws -> Outcome {
    switch try reply.integer() {
    case 1...: .removed
    case 0: .unknown
    default: .inUse
    }
  }
}
