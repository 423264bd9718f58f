import HiredisClient

/// Says whether a service's store holds what was acknowledged.
struct ConfirmCall: FunctionCall {
  static let function = "confirm"
  static let keyNames = ["stored"]

  let namespace: Namespace
  let shard: Int
  let service: String
  /// What is wrong with it; empty if nothing is.
  let problem: String

  var keys: [String] { [namespace.stored(shard, service)] }

  func write(to arguments: inout Commands) { arguments.argument(problem) }

  static func answer(_ reply: ReplyNode) {}
}
