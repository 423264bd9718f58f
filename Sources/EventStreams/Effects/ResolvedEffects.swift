/// What effects come to on a state in memory, decided in their order as a commit does: what was done before counts.
struct ResolvedEffects {
  /// Writes in their order: of choices what was chosen, increments as the values they lead to, and what is published, scheduled and cancelled.
  private(set) var writes: [Effects.Write] = []
  /// False for effects that a commit would refuse: the event has none of them.
  private(set) var isPossible = true

  private struct Field: Hashable {
    let hash: Identifier
    let field: Identifier
  }

  /// Fields that were written so far.
  private var values: [Field: String?] = [:]
  /// What was removed as a whole: what is there of it was written since.
  private var deleted: Set<Identifier> = []
  private let value: (_ hash: String, _ field: String) -> String?
  private let isPublished: (String) -> Bool

  /// Decides some effects.
  ///
  /// - Parameters:
  ///   - value: of a field before the effects; nil if there is none.
  ///   - isPublished: whether an event is known to have been published: it tells which way a choice went.
  init(
    _ effects: Effects, isPublished: @escaping (String) -> Bool,
    value: @escaping (_ hash: String, _ field: String) -> String?
  ) {
    self.value = value
    self.isPublished = isPublished
    add(effects)
    if !isPossible { writes = [] }
  }

  private func current(_ hash: String, _ field: String) -> String? {
    if let written = values[Field(hash: Identifier(hash), field: Identifier(field))] { return written }
    return deleted.contains(hash) ? nil : value(hash, field)
  }

  private mutating func note(_ hash: String, _ field: String, _ value: String?) {
    values[Field(hash: Identifier(hash), field: Identifier(field))] = .some(value)
  }

  private mutating func add(_ effects: Effects) {
    for step in effects.steps where isPossible {
      switch step {
      case .choice(let choice): add(holds(choice) ? choice.then : choice.otherwise)
      case .write(.increment(let hash, let field, let amount)):
        let before = current(hash, field)
        guard let sum = Self.number(before)?.addingReportingOverflow(amount), !sum.overflow else {
          isPossible = false
          return
        }
        note(hash, field, String(sum.partialValue))
        writes.append(.set(hash: hash, field: field, value: String(sum.partialValue)))
      case .write(let write):
        if case .set(let hash, let field, let value) = write { note(hash, field, value) }
        if case .remove(let hash, let field) = write { note(hash, field, nil) }
        if case .delete(let name) = write {
          deleted.insert(name)
          values = values.filter { !$0.key.hash.text.hasSameBytes(as: name) }
        }
        writes.append(write)
      }
    }
  }

  private mutating func holds(_ choice: Effects.Choice) -> Bool {
    let value = current(choice.hash, choice.field)
    if choice.otherwise.firstPublished.map(isPublished) == true { return false }
    // What was there before was published by whoever put it there.
    if choice.condition == .isAbsent, value != nil { return false }
    if choice.then.firstPublished.map(isPublished) == true { return true }
    switch choice.condition.test {
    case .equals(let expected): return value.map { $0.hasSameBytes(as: expected) } ?? false
    case .isAbsent: return value == nil
    case .isAtLeast(let bound):
      guard let number = Self.number(value) else {
        isPossible = false
        return false
      }
      return number >= bound
    }
  }

  /// A whole number as the server takes it for one.
  static func number(_ text: String?) -> Int? {
    guard let text else { return 0 }
    guard let number = Int(text), String(number) == text else { return nil }
    return number
  }
}

extension Effects {
  /// The id of the first event that they publish or schedule, whichever way choices go.
  fileprivate var firstPublished: String? {
    for effect in effects {
      switch effect {
      case .publish(let data, let id, _), .schedule(let data, let id, _, _): return id ?? data.eventID
      default: continue
      }
    }
    return nil
  }
}
