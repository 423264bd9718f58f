/// Thrown by a handler when no retry can help: the event goes to the dead letters at once.
public struct Unprocessable: Error, Sendable, CustomStringConvertible {
  /// Why the event can't be handled, for whoever reads the dead letters.
  public let reason: String

  /// Gives up on an event.
  public init(_ reason: String) { self.reason = reason }

  /// What it says to people.
  public var description: String { reason }
}

/// Thrown by a handler that knows when trying again is worth while. Any other error is retried by the service's policy.
public struct RetryLater: Error, Sendable, CustomStringConvertible {
  /// How long to wait at least.
  public let delay: Duration
  /// Why the event could not be handled now.
  public let reason: String
  /// False if this attempt was none: whoever was asked has put us off (a 429), and says nothing about the event.
  public let countsAsAttempt: Bool

  /// Asks for another attempt.
  public init(after delay: Duration, _ reason: String, countsAsAttempt: Bool = true) {
    self.delay = delay
    self.reason = reason
    self.countsAsAttempt = countsAsAttempt
  }

  /// What it says to people.
  public var description: String { reason }
}
