/// Why a namespace can't be used as asked.
public struct NamespaceError: Error, Sendable, CustomStringConvertible {
  /// What it says to people.
  public let description: String

  static func name(_ problem: String) -> NamespaceError { NamespaceError(description: problem) }

  static func format(namespace: String, found: Int, known: Int) -> NamespaceError {
    NamespaceError(
      description:
        found < known
        ? "namespace '\(namespace)' has format \(found), which is older than this program's, \(known). Archive it with the program that made it, and bring it over: rides restore --namespace NEW --archive FILE"
        : "namespace '\(namespace)' has format \(found), this program knows format \(known): use the program that made it"
    )
  }

  static func shardCount(namespace: String, found: Int, wanted: Int) -> NamespaceError {
    NamespaceError(
      description:
        "namespace '\(namespace)' has \(found) shards, not \(wanted): the number is fixed when a namespace is made")
  }

  static func shardCount(outOfBounds count: Int) -> NamespaceError {
    let allowed = Namespace.shardCounts
    return NamespaceError(
      description: "a namespace can't have \(count) shards, only \(allowed.lowerBound) to \(allowed.upperBound)")
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
