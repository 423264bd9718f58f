import Testing

@testable import EventStreams

@Suite("What a shard's owner was given and has not settled") struct OpenEntriesTests {
  private func id(_ number: Int) -> EntryID { EntryID(milliseconds: UInt64(number), sequence: 0) }

  @Test("is counted up to the position, in whatever order it is given, settled and given again")
  func count() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      var open = OpenEntries()
      var expected: Set<Int> = []
      var (next, position) = (1, 0)
      for _ in 0..<300 {
        switch Int.random(in: 0..<10, using: &generator) {
        case 0..<4:
          open.add(id(next))
          expected.insert(next)
          next += 1
        case 4..<7:
          guard let number = Bool.random() ? expected.min() : expected.randomElement() else { continue }
          open.settle(id(number))
          expected.remove(number)
          // The position is that of the last that is settled, once it is committed.
          if Bool.random() { position = max(position, number) }
        case 7:
          // A recovery gives it once more.
          if let number = expected.randomElement() { open.add(id(number)) }
        case 8:
          // It could not be parked.
          guard let number = (1..<next).randomElement(using: &generator), !expected.contains(number) else { continue }
          open.reopen(id(number))
          expected.insert(number)
        default: #expect(open.pass(to: id(position)) == expected.count { $0 <= position })
        }
      }
    }
  }
}

@Suite("Where a topic was given out") struct TopicSeamsTests {
  private func id(_ number: UInt64) -> EntryID { EntryID(milliseconds: number, sequence: 0) }

  /// The places that are looked at up to a position, as texts.
  private func places(_ seams: inout TopicSeams, _ position: UInt64) -> [String] {
    seams.take(through: id(position)).map { "\($0.after.milliseconds) \($0.before)" }
  }

  @Test("is looked at between runs and after the last one, each place once, as far as the position has come")
  func places() {
    var seams = TopicSeams(from: id(5))
    // Nothing came of it, and others have moved the position.
    #expect(places(&seams, 7) == ["5 7-1"])
    #expect(places(&seams, 7).isEmpty)
    seams.add(first: id(10), through: id(12))
    seams.add(first: id(20), through: id(21))
    #expect(places(&seams, 11) == ["7 10-0"])
    #expect(places(&seams, 15) == ["12 15-1"])
    #expect(places(&seams, 30) == ["15 20-0", "21 30-1"])
    // Somebody else has looked.
    seams.passed(id(40))
    #expect(places(&seams, 41) == ["40 41-1"])
  }
}
