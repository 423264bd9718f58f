import HiredisClient

/// Changes the list of the services that a namespace is for.
struct ServicesCall: FunctionCall {
  static let function = "services"
  static let keyNames = ["config"]

  let namespace: Namespace
  let service: Subscription
  let isListed: Bool

  var keys: [String] { [namespace.configuration] }

  func write(to arguments: inout Commands) {
    arguments.argument(isListed ? "add" : "remove")
    arguments.argument(service.service)
    arguments.argument(service.topics.joined(separator: ","))
  }

  static func answer(_ reply: ReplyNode) {}
}
