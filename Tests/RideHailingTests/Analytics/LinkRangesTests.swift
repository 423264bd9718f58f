import EventArchive
import Testing

@testable import EventArchive

@Suite("Ranges of links") struct LinkRangesTests {
  @Test("hold each number once, whatever the order, and tell what is missing")
  func ranges() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      var ranges = LinkRanges()
      var numbers = Set<Int>()
      for _ in 0..<30 {
        let number = Int.random(in: 1...25, using: &generator)
        #expect(ranges.insert(number) == numbers.insert(number).inserted)
      }
      #expect(ranges.ranges.flatMap { Array($0) } == numbers.sorted())
      #expect(zip(ranges.ranges, ranges.ranges.dropFirst()).allSatisfy { $0.upperBound + 1 < $1.lowerBound })
      #expect(ranges.gaps(through: 25).flatMap { Array($0) } == (1...25).filter { !numbers.contains($0) })
    }
  }
}
