/// A hash or stream of a service's state, or one field of a hash.
struct StateName: Sendable {
  /// Of the hash or stream.
  fileprivate let name: UInt64
  /// Of the field, together with its hash.
  fileprivate let field: UInt64?

  init(name: String) {
    self.name = NameDigest.of(name)
    field = nil
  }

  init(_ field: StateField) {
    name = NameDigest.of(field.hash.text)
    self.field = NameDigest.of(field.field.text, after: name)
  }
}

/// What effects write, for whoever must know whether reading would miss it.
///
/// Digests stand for names. If ever two come to the same, something is taken for written that was not, and read when the commit is in effect.
struct WrittenState: Sendable {
  private var names: Set<UInt64> = []
  private var fields: Set<UInt64> = []
  /// What vanishes as a whole.
  private var vanishing: Set<UInt64> = []

  mutating func note(_ effects: Effects) {
    // Most effects are on the same hash as those before.
    var last = ""
    var name = NameDigest.of(last)
    func digest(_ text: String) -> UInt64 {
      if !text.hasSameBytes(as: last) { (last, name) = (text, NameDigest.of(text)) }
      return name
    }
    for effect in effects.effects {
      switch effect {
      case .append(let stream, _): names.insert(digest(stream))
      case .increment(let hash, let field, _), .set(let hash, let field, _), .remove(let hash, let field):
        let hash = digest(hash)
        names.insert(hash)
        fields.insert(NameDigest.of(field, after: hash))
      case .expire(let stream, _), .delete(let stream):
        names.insert(digest(stream))
        vanishing.insert(digest(stream))
      case .publish, .schedule, .cancel, .when, .skip: break
      }
    }
  }

  func contains(_ name: StateName) -> Bool {
    guard let field = name.field else { return names.contains(name.name) }
    return fields.contains(field) || vanishing.contains(name.name)
  }
}
