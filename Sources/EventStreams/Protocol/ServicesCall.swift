import Redis

/// Changes the list of the services that a topic is for.
struct ServicesCall: FunctionCall {
  static let function = "services"
  static let keyNames = ["config"]

  let topic: Topic
  let service: String
  let isListed: Bool

  var keys: [String] { [topic.configuration] }

  func write(to arguments: inout Commands) {
    arguments.argument(isListed ? "add" : "remove")
    arguments.argument(service)
  }

  static func answer(_ reply: ReplyNode) {}
}
