import Testing

@Suite("The lease and commit protocol, in every state it can get into") struct ProtocolModelTests {
  private func explore(_ mechanisms: ProtocolModel.Mechanisms, entries: Int = 2, crashes: Int = 1, cuts: Int = 1)
    -> (states: Int, finding: ProtocolExplorer.Finding?)
  {
    ProtocolExplorer(model: ProtocolModel(mechanisms: mechanisms, epochs: 3))
      .explore(from: ProtocolState(entries: entries, workers: 2, crashes: crashes, cuts: cuts))
  }

  @Test("applies every entry's effects once and in order, and gets everything done")
  func holds() {
    let (states, finding) = explore(.all)
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
  func needs(_ name: String, _ mechanism: ProtocolModel.Mechanisms) {
    let finding = explore(ProtocolModel.Mechanisms.all.subtracting(mechanism)).finding
    #expect(finding != nil, "nothing went wrong without \(name)")
  }

  @Test("needs the number of a commit or the acknowledgement to tell a commit that is repeated")
  func repeatedCommits() {
    #expect(explore(.all.subtracting(.commitNumbers)).finding == nil)
    #expect(explore(.all.subtracting(.acknowledgementCheck)).finding == nil)
    let finding = explore(.all.subtracting([.commitNumbers, .acknowledgementCheck])).finding
    #expect(finding?.problem.contains("twice") == true)
  }

  @Test("is not saved by acknowledgements alone, without leases")
  func acknowledgementsAlone() {
    #expect(explore(.all.subtracting([.epochCheck, .commitNumbers])).finding != nil)
    let finding = explore(.all.subtracting([.epochCheck, .commitNumbers, .acknowledgementCheck])).finding
    #expect(finding?.problem.contains("twice") == true)
  }
}
