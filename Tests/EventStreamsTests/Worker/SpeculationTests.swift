import Testing

@testable import EventStreams

@Suite("Speculation") struct SpeculationTests {
  /// How often a log of so many entries surprises, if all of them do that are not encoded exactly.
  private func surprises(_ count: Int, per batch: Int = 500) -> Int {
    var speculation = Speculation()
    var surprises = 0
    var done = 0
    while done < count {
      let id = EntryID(milliseconds: UInt64(done + batch), sequence: 0)
      if speculation.isOn {
        surprises += 1
        speculation.surprised(through: id)
      } else {
        speculation.committed(batch, position: id)
        done += batch
      }
    }
    return surprises
  }

  @Test("costs a log that was all published before few surprises")
  func duplicates() {
    #expect(surprises(1_000_000) < 15)
  }

  @Test("is on again soon after a surprise that stays alone, and stays off through the batch that surprised")
  func alone() {
    var speculation = Speculation()
    #expect(speculation.isOn)
    speculation.surprised(through: EntryID(milliseconds: 5000, sequence: 0))
    speculation.committed(2000, position: EntryID(milliseconds: 4000, sequence: 0))
    #expect(!speculation.isOn)
    speculation.committed(1, position: EntryID(milliseconds: 5000, sequence: 0))
    #expect(speculation.isOn)
    for _ in 0..<100 { speculation.committed(1000, position: EntryID(milliseconds: 6000, sequence: 0)) }
    speculation.surprised(through: .zero)
    speculation.committed(1000, position: EntryID(milliseconds: 7000, sequence: 0))
    #expect(speculation.isOn)
  }
}
