/// Who makes a request.
public struct Principal: Sendable, Hashable {
  /// As the token file calls them.
  public let name: String
  /// What they may do.
  public let scopes: Set<Scope>
  /// The digest of the token that they have shown, which sessions are bound to; nil without tokens.
  let digest: [UInt8]?

  /// Everybody, where no tokens are asked for.
  static let local = Principal(name: "local", scopes: Set(Scope.allCases), digest: nil)
}
