import Synchronization

/// What had been decided about the event that is handled next, when history is handled once more.
public final class Decided<Decision: Sendable>: Sendable {
  private let next = Mutex<Decision?>(nil)

  /// Nothing is known yet.
  public init() {}

  /// The decision; nil if nobody knows it.
  public var decision: Decision? { next.withLock { $0 } }

  /// Says what had been decided about the next event.
  public func expect(_ decision: Decision?) { next.withLock { $0 = decision } }
}

/// Nobody knows what had been decided about an event: the handler that needs it throws this.
public struct Undecided: Error {
  /// Nobody knows.
  public init() {}
}
