/// A hash or stream of a service's state, or one field of a hash.
struct StateName: Sendable, Hashable {
  let name: Identifier
  let field: Identifier?

  init(name: String, field: String? = nil) {
    self.name = Identifier(name)
    self.field = field.map { Identifier($0) }
  }

  init(_ field: StateField) {
    name = field.hash
    self.field = field.field
  }
}

/// What effects write, for whoever must know whether reading would miss it.
struct WrittenState: Sendable {
  private var names: Set<Identifier> = []
  private var fields: Set<StateName> = []
  /// What vanishes as a whole.
  private var vanishing: Set<Identifier> = []

  mutating func note(_ effects: Effects) {
    for effect in effects.effects {
      switch effect {
      case .append(let stream, _): names.insert(stream)
      case .increment(let hash, let field, _), .set(let hash, let field, _), .remove(let hash, let field):
        names.insert(hash)
        fields.insert(StateName(name: hash, field: field))
      case .expire(let name, _), .delete(let name):
        names.insert(name)
        vanishing.insert(name)
      case .publish, .schedule, .cancel, .when, .skip: break
      }
    }
  }

  func contains(_ name: StateName) -> Bool {
    guard name.field != nil else { return names.contains(name.name) }
    return fields.contains(name) || vanishing.contains(name.name)
  }
}
