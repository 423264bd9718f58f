public import HiredisClient

/// When a service stops taking events because what it depends on seems to be down.
///
/// While most attempts fail with errors that are worth a retry, no new events are read and the attempts don't count: an
/// outage fills no dead letters. One event at a time probes whether it is over.
public struct CircuitBreakerPolicy: Sendable, Hashable {
  /// How many of the last attempts are looked at.
  public var attempts: Int
  /// How many of them must have failed; more than half of those that were made, in any case.
  public var minimumFailures: Int
  /// Of how many different events these must be, so that a few bad events are not taken for an outage.
  public var minimumEvents: Int
  /// The wait before each further probe.
  public var probing: Backoff

  /// 10 failures of 5 events among the last 20 attempts; probes after half a second, at last every 15 s.
  public static let standard = CircuitBreakerPolicy(
    attempts: 20, minimumFailures: 10, minimumEvents: 5,
    probing: Backoff(base: .milliseconds(500), cap: .seconds(15), factor: 2))

  /// A policy.
  public init(attempts: Int, minimumFailures: Int, minimumEvents: Int, probing: Backoff) {
    self.attempts = attempts
    self.minimumFailures = minimumFailures
    self.minimumEvents = minimumEvents
    self.probing = probing
  }
}
