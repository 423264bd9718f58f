import Redis

/// Makes the group of a service that handles its history before the log, unless it has begun before.
struct BeginCall: FunctionCall {
  static let function = "begin"
  static let keyNames = ["log", "lease"]

  let namespace: Namespace
  let shard: Int
  let service: String

  var keys: [String] { [namespace.log(shard), namespace.lease(shard, service)] }

  func write(to arguments: inout Commands) { arguments.argument(service) }

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
