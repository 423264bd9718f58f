package import HiredisClient

/// Replaces a service's state in a shard by one that was built beside it, in one step.
package struct SwapCall: FunctionCall {
  package static let function = "swap"
  package static let keyNames = ["lease"]

  package let namespace: Namespace
  package let shard: Int
  package let service: String
  package let epoch: Int
  package let state: StagedKeys

  package init(namespace: Namespace, shard: Int, service: String, epoch: Int, state: StagedKeys) {
    self.namespace = namespace
    self.shard = shard
    self.service = service
    self.epoch = epoch
    self.state = state
  }

  package var keys: [String] { [namespace.lease(shard, service)] + state.all }

  package func write(to arguments: inout Commands) {
    arguments.argument(epoch)
    state.writeCounts(to: &arguments)
  }

  package static func answer(_ reply: ReplyNode) {}
}
