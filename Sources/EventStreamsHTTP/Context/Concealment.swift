package import EventStreams

/// The fields that are hidden from whoever lacks a scope, wherever they stand: what names a person, what somebody has earned.
package struct Concealment: Sendable {
  private let fields: [(scope: Scope, names: [String])]
  /// What is hidden from everybody.
  private let sealed: [String]

  /// - Parameters:
  ///   - fields: by the scope that shows them.
  ///   - sealed: those that no scope shows.
  package init(_ fields: [Scope: [String]], sealed: [String] = []) {
    self.fields = fields.map { ($0.key, $0.value) }
    self.sealed = sealed
  }

  /// What is hidden of one thing that somebody looks at.
  package func mask(for context: APIContext) -> JSONMask {
    let scopes = context.principal?.scopes ?? []
    return JSONMask(sealed + fields.filter { !scopes.contains($0.scope) }.flatMap(\.names))
  }

  /// What is hidden in a list: what names a person from everybody, as nobody looks at anybody there.
  package func listMask(for context: APIContext) -> JSONMask {
    let scopes = context.principal?.scopes ?? []
    return JSONMask(
      sealed + fields.filter { $0.scope == .personal || !scopes.contains($0.scope) }.flatMap(\.names))
  }
}

extension APIContext {
  /// True if whoever asks has a scope.
  package func has(_ scope: Scope) -> Bool { principal?.scopes.contains(scope) == true }
}
