import Testing

@Suite("The model of leases and commits") struct LeaseModelTests {
  private struct Exploration {
    var states = 0
    /// States in which every entry has taken effect.
    var done = 0
    /// States from which nothing can happen any more, though entries are left and the model is not at one of its bounds.
    var violation: String?
    var steps: [String] = []
  }

  /// Looks at every state, nearest first, until one is wrong.
  private func explore(without missing: Set<LeaseModel.Mechanism> = []) -> Exploration {
    var exploration = Exploration()
    let start = LeaseModel()
    var origins: [LeaseModel: (from: LeaseModel, step: String)] = [:]
    var known: Set<LeaseModel> = [start]
    var queue = [start]
    var next = 0
    while next < queue.count {
      let state = queue[next]
      next += 1
      if let violation = state.violation {
        exploration.violation = violation
        var at = state
        while let origin = origins[at] {
          exploration.steps.insert(origin.step, at: 0)
          at = origin.from
        }
        break
      }
      if state.isDone { exploration.done += 1 }
      for (step, successor) in state.successors(without: missing) where known.insert(successor).inserted {
        if !missing.isEmpty { origins[successor] = (state, step) }
        queue.append(successor)
      }
    }
    exploration.states = known.count
    return exploration
  }

  @Test("every effect happens once, in order, and nothing is forgotten, whatever fails")
  func holds() {
    let exploration = explore()
    #expect(exploration.violation == nil, "\(exploration.violation ?? "")")
    #expect(exploration.states > 10_000)
    #expect(exploration.done > 100)
  }

  @Test(
    "finds what goes wrong without a mechanism",
    arguments: [
      [.epochCheck], [.commitNumber, .acknowledgement], [.recoverFirst], [.closeReader], [.recoverLostRead],
    ] as [Set<LeaseModel.Mechanism>])
  func mechanisms(missing: Set<LeaseModel.Mechanism>) {
    let exploration = explore(without: missing)
    #expect(exploration.violation != nil)
    #expect(!exploration.steps.isEmpty)
  }

  @Test(
    "either of commit number and acknowledgement is enough against a repeated commit",
    arguments: [
      LeaseModel.Mechanism.commitNumber, .acknowledgement,
    ])
  func redundant(missing: LeaseModel.Mechanism) {
    let exploration = explore(without: [missing])
    #expect(exploration.violation == nil, "\(exploration.violation ?? ""): \(exploration.steps)")
  }
}
