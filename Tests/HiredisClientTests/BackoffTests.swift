import HiredisClient
import Testing

@Suite struct BackoffTests {
  private let backoff = Backoff(base: .milliseconds(100), cap: .seconds(2), factor: 2)

  @Test func growsToTheCap() {
    let longest: [Duration] = [100, 200, 400, 800, 1600, 2000, 2000].map { .milliseconds($0) }
    for (attempt, longest) in zip(1..., longest) {
      let delays = (0..<1000).map { _ in backoff.delay(attempt: attempt) }
      #expect(delays.allSatisfy { $0 <= longest && $0 >= longest / 2 })
      // A thousand draws that all miss the highest and the lowest tenth are less likely than a failing machine.
      #expect(delays.contains { $0 > longest * 0.95 })
      #expect(delays.contains { $0 < longest * 0.55 })
    }
  }

  @Test func isAFunctionOfItsGenerator() {
    struct Counter: RandomNumberGenerator {
      var state: UInt64 = 0
      mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return state
      }
    }
    var first = Counter()
    var second = Counter()
    #expect(backoff.delay(attempt: 4, using: &first) == backoff.delay(attempt: 4, using: &second))
  }

  @Test(arguments: [Int.min, -1, 0, 1])
  func firstAttempt(_ attempt: Int) {
    #expect((.milliseconds(50)...(.milliseconds(100))).contains(backoff.delay(attempt: attempt)))
  }

  @Test func endlessAttemptsStayBelowTheCap() {
    for factor in [1, 1.001, 10] {
      let backoff = Backoff(base: .milliseconds(100), cap: .seconds(2), factor: factor)
      #expect(backoff.delay(attempt: .max) <= .seconds(2))
    }
  }

  @Test func spreads() {
    #expect(Set((0..<100).map { _ in backoff.delay(attempt: 5) }).count > 50)
  }
}
