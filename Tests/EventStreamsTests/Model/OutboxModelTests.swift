import Testing

@Suite("The protocol of events to another shard, in every order that things can happen,") struct OutboxModelTests {
  /// Visits every state that it can get into.
  ///
  /// - Returns: how many there are, and the first problem if there is one.
  private func explore(_ mechanisms: OutboxModel.Mechanisms, _ start: OutboxState) async -> (Int, problem: String?) {
    let model = OutboxModel(mechanisms: mechanisms)
    var (states, known, finished) = ([start], Set([start]), Set<OutboxState>())
    var index = 0
    while index < states.count {
      // Other tests need the thread, too.
      if index.isMultiple(of: 100) { await Task.yield() }
      if let problem = states[index].violation ?? problemOfFinishing(states[index], model, &finished) {
        return (states.count, problem)
      }
      for next in model.next(after: states[index]) where known.insert(next).inserted { states.append(next) }
      index += 1
    }
    return (states.count, nil)
  }

  /// Lets a new worker get everything done, with nothing going wrong any more.
  private func problemOfFinishing(
    _ start: OutboxState, _ model: OutboxModel, _ finished: inout Set<OutboxState>
  ) -> String? {
    var state = start.with {
      $0.workers = [OutboxState.Worker()]
      $0.earlier = nil
      ($0.crashesLeft, $0.forgettingLeft, $0.returnsLeft, $0.epochsLeft) = (0, 0, 0, 1)
    }
    guard finished.insert(state).inserted else { return nil }
    for _ in 0..<50 {
      if let violation = state.violation { return violation }
      guard !state.isComplete, let next = model.steps(of: 0, in: state).last else { break }
      state = next
    }
    return state.isComplete ? nil : "never given: \(state.target.log) of \(state.events)"
  }

  @Test(
    "gives each event once and in order",
    arguments: [
      OutboxState(events: 3, keys: 2, workers: 1, crashes: 2, forgetting: 1),
      OutboxState(events: 2, keys: 1, workers: 2, forgetting: 1, epochs: 2),
      OutboxState(events: 2, keys: 2, workers: 2, returns: 1, epochs: 2),
      OutboxState(events: 2, keys: 2, workers: 1, crashes: 1, returns: 1, goesBackAlone: true),
      OutboxState(events: 2, keys: 2, workers: 2, returns: 1, epochs: 2, goesBackAlone: true),
    ])
  func holds(_ start: OutboxState) async {
    let (states, problem) = await explore(.all, start)
    #expect(problem == nil)
    #expect(states > 50)
  }

  private static let needed: [(String, OutboxModel.Mechanisms, OutboxState, String)] = [
    (
      "noting how far the shard has come", OutboxModel.Mechanisms.position,
      OutboxState(events: 2, keys: 1, workers: 1, crashes: 1, forgetting: 1), "twice"
    ),
    (
      "refusing what follows on what it does not have, nor doing all over one connection",
      [.followingOn, .oneConnection], OutboxState(events: 2, keys: 1, workers: 1, returns: 1), "never given"
    ),
    (
      "knowing events by their ids", .eventIDs,
      OutboxState(events: 2, keys: 2, workers: 1, crashes: 1, returns: 1, goesBackAlone: true), "twice"
    ),
    (
      "ids that are of their epoch", .idsOfEpochs,
      OutboxState(events: 2, keys: 2, workers: 1, crashes: 1, returns: 1, goesBackAlone: true), "never given"
    ),
    (
      "removing when the shard has it", .removalAtLast, OutboxState(events: 1, keys: 1, workers: 1, crashes: 1),
      "never given"
    ),
    (
      "doing all over one connection", .oneConnection, OutboxState(events: 1, keys: 1, workers: 1, returns: 1),
      "never given"
    ),
    (
      "going by ids where a place is not known", .unknownPlaces,
      OutboxState(events: 2, keys: 2, workers: 2, returns: 1, epochs: 2, goesBackAlone: true), "never given"
    ),
    (
      "refusing commits of earlier owners", .fencing, OutboxState(events: 2, keys: 2, workers: 2, epochs: 2),
      "never given"
    ),
    (
      "giving from the first on", .fromTheFirst, OutboxState(events: 2, keys: 1, workers: 1, crashes: 1), "never given"
    ),
  ]

  @Test("does not without any one of these", arguments: needed)
  func needs(_ name: String, _ mechanism: OutboxModel.Mechanisms, _ start: OutboxState, _ problem: String) async {
    let found = await explore(.all.subtracting(mechanism), start).problem
    #expect(found?.contains(problem) == true, "without \(name): \(found ?? "nothing")")
  }
}
