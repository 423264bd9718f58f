/// Why a namespace can't be used as asked.
public struct NamespaceError: Error, Sendable, CustomStringConvertible {
  /// What it says to people.
  public let description: String
  /// What is known of the namespace, if it has an earlier format than this version's: only the version that made it can work with it, and
  /// what it has archived can be put into a new one.
  public private(set) var earlier: Earlier?

  /// A namespace of an earlier format.
  public struct Earlier: Sendable {
    /// Its format.
    public let format: Int
    /// How many shards its log is split into.
    public let shardCount: Int
  }

  private init(description: String) { self.description = description }

  package static func name(_ problem: String) -> NamespaceError { NamespaceError(description: problem) }

  static func format(of namespace: Namespace, found: Int, known: Int) -> NamespaceError {
    var error = NamespaceError(
      description:
        "namespace '\(namespace.name)' has format \(found), this version knows format \(known) alone and has changed nothing in it: use the version that made it"
    )
    if found < known { error.earlier = Earlier(format: found, shardCount: namespace.shardCount) }
    return error
  }

  static func shardCount(namespace: String, found: Int, wanted: Int) -> NamespaceError {
    NamespaceError(
      description:
        "namespace '\(namespace)' has \(found) shards, not \(wanted)")
  }

  static func shardCount(outOfBounds count: Int) -> NamespaceError {
    let allowed = Namespace.shardCounts
    return NamespaceError(
      description: "a namespace can't have \(count) shards, only \(allowed.lowerBound) to \(allowed.upperBound)")
  }

  static func deduplicationTime(namespace: String, found: Duration, wanted: Duration) -> NamespaceError {
    NamespaceError(
      description:
        "namespace '\(namespace)' remembers ids for \(found.short), not \(wanted.short): the time is fixed when a namespace is made"
    )
  }

  static func deduplicationTime(outOfBounds time: Duration) -> NamespaceError {
    let allowed = Namespace.deduplicationTimes
    return NamespaceError(
      description:
        "a namespace can't remember ids for \(time.short), only for \(allowed.lowerBound.short) to \(allowed.upperBound.short)"
    )
  }

  static func damaged(namespace: String, key: String, _ field: String, _ text: String, expected: String)
    -> NamespaceError
  {
    NamespaceError(
      description:
        "the configuration of namespace '\(namespace)' is damaged: \(field) in \(key) is '\(text)', not \(expected); put back what it was"
    )
  }
}
