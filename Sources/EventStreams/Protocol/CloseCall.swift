package import HiredisClient

/// Ends a sealed shard for good if nothing in it waits for anybody; answers what is left, nil if nothing is and it is closed.
package struct CloseCall: FunctionCall {
  package static let function = "close"
  package static let keyNames = ["prefix of the logs"]

  let namespace: Namespace
  let shard: Int
  /// All that have a group, or may have had one.
  let services: [String]

  package init(namespace: Namespace, shard: Int, services: [String]) {
    self.namespace = namespace
    self.shard = shard
    self.services = services
  }

  package var keys: [String] {
    [namespace.logs(shard)]
      + services.flatMap {
        [
          namespace.outbox(shard, $0), namespace.dead(shard, $0), namespace.redrive(shard, $0),
          namespace.retry(shard, $0),
        ]
      }
  }

  package func write(to arguments: inout Commands) {}

  package static func answer(_ reply: ReplyNode) throws -> String? {
    reply.count > 0 ? nil : try reply.string()
  }
}
