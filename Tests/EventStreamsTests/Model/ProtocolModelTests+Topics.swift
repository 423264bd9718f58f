import Testing

extension ProtocolModelTests {
  private static let merging = ProtocolState(log: "aab", keys: 1, workers: 1, crashes: 1, cuts: 1)
  private static let interleaved = ProtocolState(log: "aba", count: 2, keys: 1, workers: 1, crashes: 1, cuts: 1)
  private static let waiting = ProtocolState(log: "", count: 2, keys: 1, workers: 1, cuts: 1, publications: ["aba"])
  private static let publishing = ProtocolState(log: "", keys: 1, workers: 1, cuts: 1, publications: ["a", "b", "a"])
  private static let losingGroup = ProtocolState(log: "ba", keys: 2, workers: 2, destructions: 1)
  private static let goingBack = ProtocolState(log: "aab", keys: 2, workers: 1, crashes: 1, returns: 1)
  private static let skipping = ProtocolState(log: "bab", count: 2, keys: 1, workers: 1, cuts: 1, moves: 1)
  private static let movingTwice = ProtocolState(log: "ab", keys: 1, workers: 1, crashes: 1, cuts: 1, moves: 2)
  /// Topic b is not there in the beginning.
  private static let appearing = ProtocolState(
    log: "a", keys: 1, workers: 1, crashes: 1, cuts: 1, publications: ["b", "a"], topics: 1)

  private static let leftOrGroupCheck: ProtocolModel.Mechanisms = [.leftCheck, .groupCheck]

  @Test(
    "gets everything done once and in the order of the log with several topics, too, whatever is read of each",
    arguments: [
      merging, interleaved, ProtocolState(log: "aab", keys: 1, workers: 2, crashes: 1),
      ProtocolState(log: "aabab", count: 2, keys: 1, workers: 1, crashes: 1, cuts: 1),
      waiting, publishing, ProtocolState(log: "", count: 2, keys: 2, workers: 2, publications: ["aba"]),
      losingGroup, goingBack, skipping, movingTwice,
      ProtocolState(log: "a", count: 2, keys: 2, workers: 1, publications: ["ab"], moves: 1),
    ])
  func topics(_ start: ProtocolState) async {
    let finding = await explore(.all, from: start, epochs: 2).finding
    #expect(finding == nil)
  }

  @Test(
    "loses nothing of a topic that appears while it runs",
    arguments: [
      (appearing, epochs: 3),
      (ProtocolState(log: "a", keys: 1, workers: 2, publications: ["b", "a"], topics: 1), epochs: 2),
      (ProtocolState(log: "a", keys: 2, workers: 1, publications: ["ab"], topics: 1, returns: 1), epochs: 2),
      (ProtocolState(log: "a", keys: 2, workers: 1, publications: ["b", "a"], topics: 1, moves: 1), epochs: 3),
    ])
  func newTopics(_ start: ProtocolState, epochs: Int) async {
    let finding = await explore(.all, from: start, epochs: epochs).finding
    #expect(finding == nil)
  }

  @Test(
    "goes wrong with several topics without any one of these",
    arguments: [
      ("waiting for the rest of a cut stream", ProtocolModel.Mechanisms.watermark, merging, "passed over"),
      ("ids that rise over all topics", .clock, publishing, "will not be delivered again"),
      ("recovering in merged order", .recoverMerged, interleaved, "passed over"),
      ("recovering nothing beyond a hole", .recoveryCheck, merging, "passed over"),
      ("distrusting a read that may have been woken", .distrustWaking, waiting, "passed over"),
      ("giving back what is beyond another topic's hole", .giveBack, merging, "never done"),
      ("fencing the owner that does not know a new topic", .fenceAtNewTopic, appearing, "never done"),
      ("counting what a commit passes over", .leftCheck, goingBack, "will not be delivered again"),
      ("that, and a look at all groups", leftOrGroupCheck, losingGroup, "will not be delivered again"),
      ("refusing to pass over what was not given out", .seamCheck, skipping, "passed over"),
      ("minding that nothing comes late", .orderCheck, movingTwice, "passed over"),
    ])
  func topicsNeed(
    _ name: String, _ mechanisms: ProtocolModel.Mechanisms, _ start: ProtocolState, _ problem: String
  ) async {
    let finding = await explore(.all.subtracting(mechanisms), from: start, epochs: 2).finding
    #expect(finding?.problem.contains(problem) == true, "without \(name): \(finding?.problem ?? "nothing")")
  }
}
