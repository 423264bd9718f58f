import Testing

@Suite("The lease and commit protocol, in every state it can get into", .serialized) struct ProtocolModelTests {
  private func explore(
    _ mechanisms: ProtocolModel.Mechanisms, keys: Int = 1, crashes: Int = 1, cuts: Int = 1, destructions: Int = 0
  ) async -> (states: Int, finding: ProtocolExplorer.Finding?) {
    await ProtocolExplorer(model: ProtocolModel(mechanisms: mechanisms, epochs: 3))
      .explore(
        from: ProtocolState(
          entries: 2, keys: keys, workers: 2, crashes: crashes, cuts: cuts, destructions: destructions))
  }

  @Test("applies every entry's effects once and in order, and gets everything done")
  func holds() async {
    let (states, finding) = await explore(.all)
    #expect(finding == nil)
    #expect(states > 10_000)
  }

  @Test(
    "goes wrong without any one of these",
    arguments: [
      ("the epoch check", ProtocolModel.Mechanisms.epochCheck), ("recovering before reading", .recoverFirst),
      ("cutting off earlier readers", .cutOffReaders), ("remembering whom to cut off", .rememberReaders),
      ("looking for lost answers", .recoverLostAnswers),
    ])
  func needs(_ name: String, _ mechanism: ProtocolModel.Mechanisms) async {
    let finding = await explore(ProtocolModel.Mechanisms.all.subtracting(mechanism)).finding
    #expect(finding != nil, "nothing went wrong without \(name)")
  }

  @Test("needs the number of a commit or the acknowledgement to tell a commit that is repeated")
  func repeatedCommits() async {
    #expect(await explore(.all.subtracting(.commitNumbers)).finding == nil)
    #expect(await explore(.all.subtracting(.acknowledgementCheck)).finding == nil)
    let finding = await explore(.all.subtracting([.commitNumbers, .acknowledgementCheck])).finding
    #expect(finding?.problem.contains("twice") == true)
  }

  @Test("is not saved by acknowledgements alone, without leases")
  func acknowledgementsAlone() async {
    #expect(await explore(.all.subtracting([.epochCheck, .commitNumbers])).finding != nil)
    let finding = await explore(.all.subtracting([.epochCheck, .commitNumbers, .acknowledgementCheck])).finding
    #expect(finding?.problem.contains("twice") == true)
  }

  @Test("gets everything done once also when the group is destroyed at any moment")
  func destroyedGroups() async {
    #expect(await explore(.all, keys: 2, crashes: 0, cuts: 0, destructions: 1).finding == nil)
  }

  @Test(
    "does not survive the loss of the group without any one of these",
    arguments: [
      ("refusing commits without a group", ProtocolModel.Mechanisms.groupCheck),
      ("the position kept beside the group", .keepPosition),
      ("what the position passed over", .keepBehind),
    ])
  func destroyedGroupsNeed(_ name: String, _ mechanism: ProtocolModel.Mechanisms) async {
    let mechanisms = ProtocolModel.Mechanisms.all.subtracting(mechanism)
    let finding = await explore(mechanisms, keys: 2, crashes: 0, cuts: 0, destructions: 1).finding
    #expect(finding != nil, "nothing went wrong without \(name)")
  }
}
