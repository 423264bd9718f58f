import HiredisClient

/// Makes the groups of services that never ran, at the beginning of a shard's log.
struct FoundCall: FunctionCall {
  static let function = "found"
  static let keyNames = ["prefix of the logs"]

  let namespace: Namespace
  let shard: Int
  let topics: [String]
  let services: [Subscription]

  var keys: [String] { [namespace.logs(shard)] + services.map { namespace.lease(shard, $0.service) } }

  func write(to arguments: inout Commands) {
    arguments.arguments(counted: topics)
    for service in services {
      arguments.argument(service.service)
      arguments.argument(service.topics.joined(separator: ","))
    }
  }

  static func answer(_ reply: ReplyNode) {}
}
