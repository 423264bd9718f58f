import Synchronization

/// What the platform kept of the ride that is handled next, as the event that followed says.
final class OutcomeCommission: Sendable {
  private let next: Mutex<CommissionRate>
  private let fallback: CommissionRate

  /// - Parameter fallback: of rides that were booked before their rate was published.
  init(fallback: CommissionRate) {
    self.fallback = fallback
    next = Mutex(fallback)
  }

  /// Sets the rate of the ride that is handled next; nil if nobody knows.
  func expect(_ rate: CommissionRate?) { next.withLock { $0 = rate ?? fallback } }

  /// The rate.
  var rate: CommissionRate { next.withLock { $0 } }
}
