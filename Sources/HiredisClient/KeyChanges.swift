/// What a watch has heard.
public enum KeyChanges: Sendable {
  /// These keys have changed, and have to be asked for again to hear more of them.
  case some([String])
  /// Any key may have.
  case all
  /// Nothing is heard any more, for this reason, and something may have been missed.
  case unknown(RedisError)

  /// Whether there are none.
  public var isEmpty: Bool {
    if case .some(let keys) = self { keys.isEmpty } else { false }
  }

  /// Takes in more.
  mutating func add(_ keys: [String]) {
    if case .some(let others) = self { self = .some(others + keys) }
  }

  /// Takes in that it may be any.
  mutating func addAll() {
    if case .some = self { self = .all }
  }
}

extension Commands {
  /// Has the server tell a ``KeyWatch`` of the next change of any of these keys, which are of one slot: two commands.
  public mutating func watch(_ keys: [String]) {
    append("CLIENT", "CACHING", "YES")
    // Whichever reads them.
    append(["EXISTS"] + keys)
  }
}
