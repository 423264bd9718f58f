import Testing

@Suite("Giving up a namespace, in every order that things can happen,") struct SealModelTests {
  /// Visits every state; says how many there are, and the first thing that is wrong.
  private func explore(_ mechanisms: Set<SealModel.Mechanism>) -> (states: Int, problem: String?) {
    let model = SealModel(mechanisms: mechanisms)
    let start = SealModel.State(publications: 2, ignorant: 1)
    var (states, known) = ([start], Set([start]))
    var after: [[Int]] = []
    var places = [start: 0]
    var index = 0
    while index < states.count {
      if states[index].isLost { return (states.count, "lost: \(states[index])") }
      var following: [Int] = []
      for next in model.next(after: states[index]) {
        if known.insert(next).inserted {
          places[next] = states.count
          states.append(next)
        }
        following.append(places[next] ?? 0)
      }
      after.append(following)
      index += 1
    }
    // From everywhere there is a way to the end.
    var ends = states.map(\.isGivenUp)
    var isGrowing = true
    while isGrowing {
      isGrowing = false
      for index in states.indices.reversed() where !ends[index] && after[index].contains(where: { ends[$0] }) {
        ends[index] = true
        isGrowing = true
      }
    }
    return (states.count, ends.firstIndex(of: false).map { "stuck: \(states[$0])" })
  }

  @Test("loses nothing, and comes to an end")
  func holds() {
    let (states, problem) = explore(Set(SealModel.Mechanism.allCases))
    #expect(problem == nil, "\(problem ?? "")")
    #expect(states > 500, "\(states)")
  }

  @Test("needs each of its mechanisms", arguments: [SealModel.Mechanism.checkAtClosing, .clock, .openAgain])
  func needed(mechanism: SealModel.Mechanism) {
    #expect(explore(Set(SealModel.Mechanism.allCases).subtracting([mechanism])).problem != nil)
  }

  @Test("needs the seal only so that it comes to an end while producers go on")
  func seal() {
    #expect(explore(Set(SealModel.Mechanism.allCases).subtracting([.seal])).problem == nil)
  }
}
