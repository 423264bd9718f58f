import Redis

/// Replaces a service's state in a shard by one that was built beside it, in one step.
struct SwapCall: FunctionCall {
  static let function = "swap"
  static let keyNames = ["lease"]

  let namespace: Namespace
  let shard: Int
  let service: String
  let epoch: Int
  let state: StagedKeys

  var keys: [String] { [namespace.lease(shard, service)] + state.all }

  func write(to arguments: inout Commands) {
    arguments.argument(epoch)
    state.writeCounts(to: &arguments)
  }

  static func answer(_ reply: ReplyNode) {}
}
