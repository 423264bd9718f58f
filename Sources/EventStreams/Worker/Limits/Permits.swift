/// The permits of one worker: what the server has granted it, and what it should ask for. Time is an argument.
struct Permits {
  /// How many are left, and until when they may be used: what is granted is soon used, or it is lost.
  private(set) var left = 0
  private var expiry: ContinuousClock.Instant?
  /// How many are asked for at once: more, the better the last ones were used.
  private var batch = 1
  private let rate: ServiceLimits.Rate

  init(_ rate: ServiceLimits.Rate) { self.rate = rate }

  /// Takes one, if there is one.
  mutating func take(at now: ContinuousClock.Instant) -> Bool {
    guard left > 0, let expiry, now < expiry else { return false }
    left -= 1
    return true
  }

  /// How many to ask the server for.
  ///
  /// - Parameter waiting: attempts that need one.
  mutating func wanted(by waiting: Int) -> Int {
    // Some that were left have expired: others of the service could have used them.
    batch = left > 0 ? 1 : min(batch * 2, rate.batch)
    left = 0
    return max(waiting, min(batch, rate.batch))
  }

  /// Takes in what the server has granted.
  ///
  /// - Parameter asked: when it was asked.
  mutating func granted(_ count: Int, asked: ContinuousClock.Instant) {
    left = count
    expiry = asked + max(ServiceLimits.Rate.slack, .milliseconds(1))
  }
}
