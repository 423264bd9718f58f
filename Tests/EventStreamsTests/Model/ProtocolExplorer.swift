/// Visits every state that the protocol can get into.
struct ProtocolExplorer {
  struct Finding: CustomStringConvertible {
    let problem: String
    /// The states that lead there.
    let path: [ProtocolState]

    var description: String {
      let steps = path.map {
        "  \($0.server.applied) pending \($0.server.pending) epoch \($0.server.epoch) \($0.workers)"
      }
      return ([problem] + steps).joined(separator: "\n")
    }
  }

  let model: ProtocolModel

  /// Explores breadth first, so that what it finds is as short as can be.
  ///
  /// - Returns: the number of states, and the first problem if there is one.
  func explore(from start: ProtocolState) async -> (states: Int, finding: Finding?) {
    var states = [start]
    var parents = [-1]
    var known: Set<ProtocolState> = [start]
    var index = 0
    while index < states.count {
      // Other tests need the thread, too.
      if index.isMultiple(of: 100) { await Task.yield() }
      let state = states[index]
      if let problem = problem(of: state) {
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

  private func problem(of state: ProtocolState) -> String? {
    if let violation = state.server.violation { return violation }
    if let problem = problemOfFinishing(state, by: nil) { return "a new owner: \(problem)" }
    for worker in state.workers.indices
    where state.workers[worker].term == state.server.epoch && state.server.owner == state.workers[worker].name {
      if let problem = problemOfFinishing(state, by: worker) { return "the owner: \(problem)" }
    }
    return nil
  }

  /// Lets everything get done with nothing going wrong any more, by the owner or, if nil, by a process that takes over.
  ///
  /// - Returns: what keeps it from being done; nil if it gets done.
  private func problemOfFinishing(_ state: ProtocolState, by owner: Int?) -> String? {
    let worker = owner ?? 0
    var state = owner == nil ? model.acquire(worker, model.crash(worker, state)) : state
    for _ in 0..<100 {
      if let violation = state.server.violation { return violation }
      if state.server.isComplete { return nil }
      if let commit = state.workers[worker].unanswered {
        state = model.execute(commit, state, isSentAgain: false)
      } else if let next = model.steps(of: worker, in: state).first {
        state = next
      } else if state.workers[worker].term == nil {
        state = model.acquire(worker, state)
      }
    }
    return "never done: \(state.server.applied)"
  }
}
