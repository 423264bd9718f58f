import Redis

/// Makes the groups of services that never ran, at the beginning of a shard's log.
struct FoundCall: FunctionCall {
  static let function = "found"
  static let keyNames = ["log"]

  let namespace: Namespace
  let shard: Int
  let services: [String]

  var keys: [String] { [namespace.log(shard)] + services.map { namespace.lease(shard, $0) } }

  func write(to arguments: inout Commands) {
    for service in services { arguments.argument(service) }
  }

  static func answer(_ reply: ReplyNode) {}
}
