/// What a token allows; each scope is asked for by name where it is needed.
public enum Scope: String, Sendable, CaseIterable {
  /// Publishing events.
  case eventsWrite = "events:write"
  /// Looking at services, events, rides and what is stored about them, without what names a person.
  case read
  /// What names a person: e-mail addresses and the like.
  case personal = "pii"
  /// Looking at accounts.
  case accountsRead = "accounts:read"
  /// Moving money on accounts, and correcting rides.
  case accountsWrite = "accounts:write"
  /// Handling dead letters.
  case operate = "ops"
  /// Removing what others may still need.
  case administer = "admin"
  /// Metrics.
  case metrics

  /// The scopes that a word of a token file stands for: a scope, or a role; nil if it is neither.
  static func named(_ word: Substring) -> Set<Scope>? {
    if let scope = Scope(rawValue: String(word)) { return [scope] }
    switch word {
    case "viewer": return [.read, .accountsRead, .metrics]
    case "producer": return [.eventsWrite]
    case "operator": return [.read, .accountsRead, .metrics, .personal, .operate]
    case "admin": return Set(allCases)
    default: return nil
    }
  }
}
