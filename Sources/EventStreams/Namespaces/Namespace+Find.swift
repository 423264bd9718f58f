public import Redis

extension Namespace {
  /// A namespace that exists; nil if nobody has made it yet. Changes nothing.
  ///
  /// - Throws: `NamespaceError` if the name is none, or what is stored about the namespace can't be.
  public static func find(_ name: String, on connection: Connection) async throws -> Namespace? {
    if let problem = NameRule.problem(withNamespace: name) { throw NamespaceError.name(problem) }
    let namespace = Namespace(name, shardCount: 1)
    return try found(
      namespace, await connection.call(["HMGET", namespace.configuration] + NamespaceConfiguration.fields))
  }

  private static func found(_ namespace: Namespace, _ reply: borrowing Reply) throws -> Namespace? {
    try reply.root.check()
    return try NamespaceConfiguration(namespace, reply.root).map {
      Namespace(namespace.name, shardCount: $0.shardCount, deduplicationTime: $0.deduplicationTime)
    }
  }
}
