/// Exponential backoff with jitter: how long to wait before trying again, as a pure function of the attempt.
public struct Backoff: Sendable, Hashable {
  /// The longest wait before the first retry.
  public var base: Duration
  /// The longest wait before any retry.
  public var cap: Duration
  /// What the longest wait grows by from one retry to the next; 1 or more.
  public var factor: Double

  /// 50 ms, doubling, at most 5 s: for a connection.
  public static let standard = Backoff(base: .milliseconds(50), cap: .seconds(5), factor: 2)

  /// A backoff.
  public init(base: Duration, cap: Duration, factor: Double = 2) {
    self.base = base
    self.cap = cap
    self.factor = factor
  }

  /// The wait before a retry, chosen evenly between one half and the whole of `base * factor^(attempt - 1)`, capped.
  ///
  /// The jitter keeps clients that lost one server together from coming back together; the lower half stays free, so
  /// that a retry never comes at once.
  ///
  /// - Parameters:
  ///   - attempt: 1 before the first retry; anything lower counts as 1.
  ///   - generator: The source of the jitter.
  public func delay(attempt: Int, using generator: inout some RandomNumberGenerator) -> Duration {
    ceiling(attempt: attempt) * Double.random(in: 0.5...1, using: &generator)
  }

  /// The wait before a retry, with the system's source of jitter.
  ///
  /// - Parameter attempt: 1 before the first retry.
  public func delay(attempt: Int) -> Duration {
    var generator = SystemRandomNumberGenerator()
    return delay(attempt: attempt, using: &generator)
  }

  /// The longest wait that ``delay(attempt:using:)`` gives.
  func ceiling(attempt: Int) -> Duration {
    var delay = base
    var remaining = max(attempt, 1) - 1
    while remaining > 0, delay < cap, factor > 1 {
      delay = delay * factor
      remaining -= 1
    }
    return min(delay, cap)
  }
}
