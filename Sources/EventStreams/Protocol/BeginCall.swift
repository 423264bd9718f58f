import HiredisClient

/// Makes the group of a service that handles its history before the log, unless it has begun before.
struct BeginCall: FunctionCall {
  static let function = "begin"
  static let keyNames = ["prefix of the logs", "lease"]

  let namespace: Namespace
  let shard: Int
  let subscription: Subscription

  var keys: [String] { [namespace.logs(shard), namespace.lease(shard, subscription.service)] }

  func write(to arguments: inout Commands) {
    arguments.argument(subscription.service)
    for topic in subscription.topics { arguments.argument(topic) }
  }

  enum Group {
    case made
    /// It was there, and never used.
    case begun
    /// The service has begun before.
    case used
  }

  /// - Returns: what there was, and whether the service has history to handle.
  static func answer(_ reply: ReplyNode) throws -> (group: Group, hasHistory: Bool) {
    let group: Group =
      switch try reply[0].integer() {
      case 1: .made
      case 2: .begun
      default: .used
      }
    return (group, try !reply[1].string().isEmpty)
  }
}
