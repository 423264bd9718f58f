public import HiredisClient

extension Namespace {
  /// A namespace that exists, or the one that has taken its place with another number of shards; nil if nobody has made it yet. Changes nothing.
  ///
  /// - Throws: `NamespaceError` if the name is none, or what is stored about the namespace can't be.
  public static func find(_ name: String, on connection: Connection) async throws -> Namespace? {
    if let problem = NameRule.problem(withNamespace: name) { throw NamespaceError.name(problem) }
    var namespace = Namespace(name, shardCount: 1)
    // Each has one successor at the most; a ring of them is nobody's work but a person's.
    for _ in 0..<mostSuccessors {
      let found = try await found(
        namespace, connection.call(["HMGET", namespace.configuration] + NamespaceConfiguration.fields))
      guard let found, let successor = found.successor else { return found?.namespace }
      if let problem = NameRule.problem(withNamespace: successor) { throw NamespaceError.name(problem) }
      namespace = Namespace(successor, shardCount: 1)
    }
    throw NamespaceError.name("namespace '\(name)' leads from one to the next without an end")
  }

  /// How many shards a namespace had in whose place there is another one; nil if there is none, or it is not there.
  public static func shardCount(ofGivenUp name: String, on connection: Connection) async throws -> Int? {
    if let problem = NameRule.problem(withNamespace: name) { throw NamespaceError.name(problem) }
    let namespace = Namespace(name, shardCount: 1)
    let found = try await found(
      namespace, connection.call(["HMGET", namespace.configuration] + NamespaceConfiguration.fields))
    return found?.successor == nil ? nil : found?.namespace.shardCount
  }

  private static let mostSuccessors = 100

  private static func found(
    _ namespace: Namespace, _ reply: borrowing Reply
  ) throws -> (namespace: Namespace, successor: String?)? {
    try reply.root.check()
    return try NamespaceConfiguration(namespace, reply.root).map {
      (
        Namespace(namespace.name, shardCount: $0.shardCount, deduplicationTime: $0.deduplicationTime), $0.successor
      )
    }
  }
}
