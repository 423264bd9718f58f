import Testing

@Suite("The lease and commit protocol, in every state it can get into", .serialized) struct ProtocolModelTests {
  func explore(
    _ mechanisms: ProtocolModel.Mechanisms, from start: ProtocolState, epochs: Int = 3
  ) async -> (states: Int, finding: ProtocolExplorer.Finding?) {
    await ProtocolExplorer(model: ProtocolModel(mechanisms: mechanisms, epochs: epochs)).explore(from: start)
  }

  private static let faulty = ProtocolState(log: "aa", keys: 1, workers: 2, crashes: 1, cuts: 1)

  @Test("applies every entry's effects once and in order, and gets everything done")
  func holds() async {
    let (states, finding) = await explore(.all, from: Self.faulty)
    #expect(finding == nil)
    #expect(states > 10_000)
  }

  @Test(
    "goes wrong without any one of these",
    arguments: [
      ("the epoch check", ProtocolModel.Mechanisms.epochCheck), ("recovering before reading", .recoverFirst),
      ("cutting off earlier readers", .cutOffReaders), ("remembering whom to cut off", .rememberReaders),
      ("looking for lost answers", .recoverLostAnswers), ("telling a repeated commit by its number", .commitNumbers),
    ])
  func needs(_ name: String, _ mechanism: ProtocolModel.Mechanisms) async {
    let finding = await explore(.standing.subtracting(mechanism), from: Self.faulty).finding
    #expect(finding != nil, "nothing went wrong without \(name)")
  }

  @Test("is not saved by acknowledgements alone, without leases")
  func acknowledgementsAlone() async {
    let leases: ProtocolModel.Mechanisms = [.epochCheck, .ownerCheck, .commitNumbers, .consecutiveNumbers]
    let finding = await explore(.standing.subtracting(leases), from: Self.faulty).finding
    #expect(finding?.problem.contains("twice") == true)
  }

  // MARK: Lost groups

  private static let losingGroup = ProtocolState(log: "aa", keys: 2, workers: 2, destructions: 1)

  @Test("gets everything done once also when the group is destroyed at any moment")
  func destroyedGroups() async {
    #expect(await explore(.all, from: Self.losingGroup).finding == nil)
  }

  @Test(
    "does not survive the loss of the group without any one of these",
    arguments: [
      ("the position kept beside the group", ProtocolModel.Mechanisms.keepPosition),
      ("what the position passed over", .keepBehind),
    ])
  func destroyedGroupsNeed(_ name: String, _ mechanism: ProtocolModel.Mechanisms) async {
    let finding = await explore(.standing.subtracting(mechanism), from: Self.losingGroup).finding
    #expect(finding != nil, "nothing went wrong without \(name)")
  }

  // MARK: Groups that somebody moves

  private static let movingGroup = [
    ProtocolState(log: "aaa", keys: 1, workers: 1, moves: 1), ProtocolState(log: "aa", keys: 2, workers: 2, moves: 1),
    ProtocolState(log: "aa", keys: 1, workers: 1, crashes: 1, cuts: 1, moves: 2),
    ProtocolState(log: "aaa", keys: 1, workers: 2, moves: 1),
  ]

  @Test(
    "gets everything done once and in order also when somebody moves the group to anywhere at any moment",
    arguments: movingGroup)
  func movedGroups(_ start: ProtocolState) async {
    let finding = await explore(.all, from: start, epochs: 2).finding
    #expect(finding == nil)
  }

  @Test(
    "does not survive that without any one of these",
    arguments: [
      ("putting the group back", ProtocolModel.Mechanisms.putBack, "passed over"),
      ("refusing to settle what is settled", .settledCheck, "twice"),
      ("refusing to pass over what was not given out", .seamCheck, "passed over"),
    ])
  func movedGroupsNeed(_ name: String, _ mechanism: ProtocolModel.Mechanisms, _ problem: String) async {
    let finding = await explore(.all.subtracting(mechanism), from: Self.movingGroup[0], epochs: 2).finding
    #expect(finding?.problem.contains(problem) == true, "without \(name): \(finding?.problem ?? "nothing")")
  }

  // MARK: A server that goes back to an earlier moment

  @Test(
    "gets everything done once that the server holds also when it goes back from any moment to any earlier one",
    arguments: [
      (ProtocolState(log: "aa", keys: 1, workers: 2, returns: 1), epochs: 1),
      (ProtocolState(log: "aa", keys: 2, workers: 2, returns: 1), epochs: 1),
      (ProtocolState(log: "aa", keys: 1, workers: 1, crashes: 1, returns: 1), epochs: 1),
      (ProtocolState(log: "a", keys: 1, workers: 1, publications: ["a"], returns: 1), epochs: 2),
      (ProtocolState(log: "ab", keys: 2, workers: 1, returns: 1, moves: 2), epochs: 1),
    ])
  func goingBack(_ start: ProtocolState, epochs: Int) async {
    let finding = await explore(.all, from: start, epochs: epochs).finding
    #expect(finding == nil)
  }

  @Test(
    "does not survive that without any one of these",
    arguments: [
      ("comparing the owner", ProtocolModel.Mechanisms.ownerCheck, "never done"),
      ("never taking an epoch again", .rememberEpoch, "never done"),
      ("refusing a commit after one that is not known", .consecutiveNumbers, "passed over"),
      ("refusing a commit of which only a part was pending", .acknowledgementCheck, "twice"),
      ("claiming back what a refused commit named", .claimBack, "will not be delivered again"),
      ("looking for lost answers", .recoverLostAnswers, "twice"),
    ])
  func goingBackNeeds(_ name: String, _ mechanism: ProtocolModel.Mechanisms, _ problem: String) async {
    let start = ProtocolState(log: "aa", keys: 1, workers: 2, returns: 1)
    let finding = await explore(.standing.subtracting(mechanism), from: start, epochs: 1).finding
    #expect(finding?.problem.contains(problem) == true, "without \(name)")
  }
}
