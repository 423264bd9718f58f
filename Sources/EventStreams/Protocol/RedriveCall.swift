import Redis

/// Asks a shard's owner to handle the dead letters of some keys again, in order; answers how many of them have any.
struct RedriveCall: FunctionCall {
  static let function = "redrive"
  static let keyNames = ["blocked", "redrive"]

  let namespace: Namespace
  let shard: Int
  let service: String
  let ordering: Set<Identifier>

  var keys: [String] { [namespace.blocked(shard, service), namespace.redrive(shard, service)] }

  func write(to arguments: inout Commands) {
    for key in ordering { arguments.argument(key.text) }
  }

  typealias Answer = Int
}
