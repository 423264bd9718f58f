extension Effects {
  /// A condition, with what follows if it holds and what if it does not. `isPresent` is told as `isAbsent` with both exchanged, `isAtMost` as
  /// `isAtLeast` so.
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

  /// A write, or a choice between some.
  enum Step {
    case write(Write)
    case choice(Choice)
  }

  /// The effects in the order in which the commit applies them.
  var steps: [Step] {
    var steps: [Step] = []
    var index = 0
    while index < effects.count {
      guard case .when(let hash, let field, let test, let count) = effects[index] else {
        if let write = write(effects[index]) { steps.append(.write(write)) }
        index += 1
        continue
      }
      let (choice, end) = choice(hash, field, test, at: index + 1, count: count)
      steps.append(.choice(choice))
      index = end
    }
    return steps
  }

  /// The choice whose effects begin at an index, and the index after it.
  private func choice(
    _ hash: String, _ field: String, _ test: Condition.Test, at start: Int, count: Int
  ) -> (Choice, end: Int) {
    let (then, otherwise) = branches(at: start, count: count)
    return (
      Choice(
        hash: hash, field: field, condition: Condition(test: test), then: Effects(effects[then], of: self),
        otherwise: Effects(effects[otherwise], of: self)),
      otherwise.upperBound
    )
  }

  /// Where the effects of a choice stand that begin at an index: those if its condition holds, and behind them those if it does not.
  func branches(at start: Int, count: Int) -> (then: Range<Int>, otherwise: Range<Int>) {
    let end = start + count
    guard count > 0, case .skip(let alternatives) = effects[end - 1] else { return (start..<end, end..<end) }
    return (start..<end - 1, end..<end + alternatives)
  }
}
