package import HiredisClient

/// Asks a shard's owner to handle the dead letters of some keys again, in order; answers how many of them have any.
package struct RedriveCall: FunctionCall {
  package static let function = "redrive"
  package static let keyNames = ["blocked", "redrive"]

  package let namespace: Namespace
  package let shard: Int
  package let service: String
  package let ordering: Set<Identifier>

  package init(namespace: Namespace, shard: Int, service: String, ordering: Set<Identifier>) {
    self.namespace = namespace
    self.shard = shard
    self.service = service
    self.ordering = ordering
  }

  package var keys: [String] { [namespace.blocked(shard, service), namespace.redrive(shard, service)] }

  package func write(to arguments: inout Commands) {
    for key in ordering { arguments.argument(key.text) }
  }

  package typealias Answer = Int
}
