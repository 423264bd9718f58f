public import HiredisClient

/// How often and when a failed event is tried again.
public struct RetryPolicy: Sendable, Hashable {
  /// Attempts, the first included, after which the event is dead-lettered.
  public var maxAttempts: Int
  /// Attempts that may end with the death of the process before the event is dead-lettered.
  public var maxCrashes: Int
  /// The wait before each further attempt.
  public var backoff: Backoff
  /// How long an event of a newer version than the worker reads is held for a worker that reads it, before it is dead-lettered: for as
  /// long as a roll-out may take. Its key waits, and nothing counts as an attempt.
  public var holdTime: Duration

  /// Eight attempts over about a minute: 0.2 s, doubling, at most 30 s.
  public static let standard = RetryPolicy(
    maxAttempts: 8, maxCrashes: 3,
    backoff: Backoff(base: .milliseconds(200), cap: .seconds(30), factor: 2))

  /// A policy.
  public init(maxAttempts: Int, maxCrashes: Int = 3, backoff: Backoff, holdTime: Duration = .seconds(3600)) {
    self.maxAttempts = maxAttempts
    self.maxCrashes = maxCrashes
    self.backoff = backoff
    self.holdTime = holdTime
  }
}
