import EventStreams
import Testing

@testable import EventStreamsOperations

@Suite("How far a service has come") struct ServiceProgressTests {
  private func progress(position: EntryID?, pending: [EntryID: String] = [:]) -> ServiceProgress {
    ServiceProgress(
      service: "payment", shard: 0, isStarted: true,
      delivered: [Identifier("rides"): EntryID(milliseconds: 5, sequence: 0)], position: position,
      pending: pending, letters: [:], discarded: [])
  }

  @Test(
    "is told of a topic that it has not heard of yet by what it has come to in the others: nothing of it counts as done for that"
  )
  func unknownTopic() {
    let (early, late) = (EntryID(milliseconds: 3, sequence: 0), EntryID(milliseconds: 9, sequence: 0))
    let known = progress(position: EntryID(milliseconds: 7, sequence: 0))
    #expect(known.state(of: early, in: "payments") == .done)
    #expect(known.state(of: late, in: "payments") == .undelivered)
    #expect(known.state(of: early, in: "rides") == .done)
    #expect(known.state(of: late, in: "rides") == .undelivered)
    // Of a service that nobody has noted a position of, its groups tell.
    let unknown = progress(position: nil)
    #expect(unknown.state(of: early, in: "payments") == .undelivered)
    #expect(unknown.state(of: early, in: "rides") == .done)
  }

  @Test("is not told by what is pending in another topic: nothing before that is done unless its place is passed")
  func pendingBeyond() {
    let (between, beyond) = (EntryID(milliseconds: 8, sequence: 0), EntryID(milliseconds: 9, sequence: 0))
    let progress = progress(position: EntryID(milliseconds: 7, sequence: 0), pending: [beyond: "payments"])
    #expect(progress.last == beyond)
    #expect(progress.state(of: between, in: "rides") == .undelivered)
    #expect(progress.state(of: beyond, in: "payments") == .pending)
  }
}
