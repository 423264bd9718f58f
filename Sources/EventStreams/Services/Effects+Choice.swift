extension Effects {
  /// A condition, with what follows if it holds and what if it does not.
  public struct Choice: Sendable {
    /// The hash that is looked at.
    public let hash: String
    /// Its field.
    public let field: String
    /// What the field must be.
    public let condition: Condition
    /// What is applied if it holds.
    public let then: Effects
    /// What is applied if it does not.
    public let otherwise: Effects
  }

  /// The effects without conditions, for whoever checks or replays them: each choice is made by `choose`, in the order in
  /// which the commit makes it.
  ///
  /// - Parameter apply: is told of each effect that is applied, before the next choice.
  func resolve(_ choose: (Choice) -> Bool, _ apply: (Effect) -> Void) {
    var index = 0
    while index < effects.count {
      guard case .when(let hash, let field, let condition, let count) = effects[index] else {
        apply(effects[index])
        index += 1
        continue
      }
      let (choice, end) = choice(hash, field, condition, at: index + 1, count: count)
      (choose(choice) ? choice.then : choice.otherwise).resolve(choose, apply)
      index = end
    }
  }

  /// The choice whose effects begin at an index, and the index after it.
  private func choice(
    _ hash: String, _ field: String, _ condition: Condition, at start: Int, count: Int
  ) -> (Choice, end: Int) {
    var then = effects[start..<start + count]
    var end = start + count
    var otherwise = effects[end..<end]
    if case .skip(let alternatives) = then.last {
      then.removeLast()
      otherwise = effects[end..<end + alternatives]
      end += alternatives
    }
    return (
      Choice(
        hash: hash, field: field, condition: condition, then: Effects(Array(then)), otherwise: Effects(Array(otherwise))),
      end
    )
  }
}
