/// Visits every state that the protocol can get into.
struct ProtocolExplorer {
  struct Finding: CustomStringConvertible {
    let problem: String
    /// The states that lead there.
    let path: [ProtocolState]

    var description: String { ([problem] + path.map(\.description)).joined(separator: "\n  ") }
  }

  let model: ProtocolModel

  /// Explores breadth first, so that what it finds is as short as can be.
  ///
  /// - Returns: the number of states, and the first problem if there is one.
  func explore(from start: ProtocolState) async -> (states: Int, finding: Finding?) {
    var states = [start]
    var parents = [-1]
    var known: Set<ProtocolState> = [start]
    var finished: Set<ProtocolState> = []
    var index = 0
    while index < states.count {
      // Other tests need the thread, too.
      if index.isMultiple(of: 100) { await Task.yield() }
      let state = states[index]
      if let problem = problem(of: state, &finished) {
        var path: [ProtocolState] = []
        var at = index
        while at >= 0 {
          path.append(states[at])
          at = parents[at]
        }
        return (states.count, Finding(problem: problem, path: path.reversed()))
      }
      for next in model.next(after: state) where known.insert(next).inserted {
        states.append(next)
        parents.append(index)
      }
      index += 1
    }
    return (states.count, nil)
  }

  private func problem(of state: ProtocolState, _ finished: inout Set<ProtocolState>) -> String? {
    if let violation = state.server.violation { return violation }
    if let problem = problemOfFinishing(state.left(to: nil), &finished) { return "a new owner: \(problem)" }
    for worker in state.workers where worker.epoch == state.server.epoch && worker.name == state.server.owner {
      if let problem = problemOfFinishing(state.left(to: worker), &finished) { return "the owner: \(problem)" }
    }
    return nil
  }

  /// Lets the only worker get everything done, with nothing going wrong any more.
  ///
  /// - Parameter finished: from where that is known to come to an end.
  /// - Returns: what keeps it from being done; nil if it gets done.
  private func problemOfFinishing(_ start: ProtocolState, _ finished: inout Set<ProtocolState>) -> String? {
    var state = start
    var passed: [ProtocolState] = []
    for _ in 0..<100 {
      if let violation = state.server.violation { return violation }
      if state.server.isComplete || finished.contains(state) {
        finished.formUnion(passed)
        return nil
      }
      passed.append(state)
      if let commit = state.workers[0].unanswered {
        state = model.execute(commit, state, isSentAgain: false)
      } else if let next = model.steps(of: 0, in: state).first {
        state = next
      } else if state.workers[0].epoch == nil {
        state = model.acquire(0, state)
      }
    }
    return "never done: \(state.server.applied)"
  }
}
