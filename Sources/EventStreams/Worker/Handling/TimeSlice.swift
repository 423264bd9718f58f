/// How long a runner goes on before what it has done is committed, and the rest may go to another owner.
///
/// Looks at the clock the less often the faster it goes on.
struct TimeSlice {
  private static let length = Duration.milliseconds(20)

  private let end: ContinuousClock.Instant
  private var lastLook: ContinuousClock.Instant
  private var nextLook = 1
  private var stride = 1

  init() {
    lastLook = .now
    end = lastLook + Self.length
  }

  /// - Parameter count: events handled so far; the first is handled in any case.
  mutating func isOver(after count: Int) -> Bool {
    guard count >= nextLook else { return false }
    let now = ContinuousClock.now
    stride = now - lastLook < .milliseconds(1) ? min(2 * stride, 64) : 1
    lastLook = now
    nextLook = count + stride
    return now >= end
  }
}
