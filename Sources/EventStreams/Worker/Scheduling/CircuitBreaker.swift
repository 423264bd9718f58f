import DequeModule
import HiredisClient

/// Tells an outage from failures of single events, by the last attempts of one worker.
struct CircuitBreaker: Sendable {
  /// What may be handled now.
  enum Permission: Sendable, Hashable {
    case everything
    /// One event, to see whether the outage is over.
    case oneProbe
    case nothing
  }

  private enum State: Hashable {
    case closed
    case open(probeAt: ContinuousClock.Instant)
    case probing
  }

  private let policy: CircuitBreakerPolicy
  private var state = State.closed
  private var attempts: Deque<(event: EntryID, failed: Bool)> = []
  private var probes = 0
  /// Why nothing is read; nil while everything is.
  private(set) var reason: String?

  init(policy: CircuitBreakerPolicy) {
    self.policy = policy
  }

  var isOpen: Bool { state != .closed }

  /// When the next probe may be made; nil if none is waited for.
  var probeAt: ContinuousClock.Instant? {
    if case .open(let time) = state { return time }
    return nil
  }

  func permission(at now: ContinuousClock.Instant) -> Permission {
    switch state {
    case .closed: .everything
    case .open(let time): now >= time ? .oneProbe : .nothing
    case .probing: .nothing
    }
  }

  mutating func beginProbe() { state = .probing }

  /// Takes in that an attempt succeeded: if it was open, the outage is over.
  mutating func succeeded(_ event: EntryID) {
    if isOpen {
      state = .closed
      attempts.removeAll()
      probes = 0
      reason = nil
    }
    note(event, failed: false)
  }

  /// Takes in that an attempt failed with an error that is worth a retry.
  ///
  /// - Returns: true if the attempt counts against the event; false if an outage is to blame.
  mutating func failed(_ event: EntryID, error: String, at now: ContinuousClock.Instant) -> Bool {
    if isOpen {
      if state == .probing { open(error, at: now) }
      return false
    }
    note(event, failed: true)
    let failures = attempts.filter(\.failed)
    guard failures.count >= policy.minimumFailures, failures.count * 2 > attempts.count,
      Set(failures.map(\.event)).count >= policy.minimumEvents
    else { return true }
    open(error, at: now)
    return false
  }

  /// Takes in that an event was no attempt, so it was no probe either.
  mutating func provedNothing(at now: ContinuousClock.Instant) {
    if state == .probing { state = .open(probeAt: now) }
  }

  private mutating func open(_ error: String, at now: ContinuousClock.Instant) {
    probes += 1
    reason = error
    var generator = SystemRandomNumberGenerator()
    state = .open(probeAt: now + policy.probing.delay(attempt: probes, using: &generator))
  }

  private mutating func note(_ event: EntryID, failed: Bool) {
    attempts.append((event, failed))
    if attempts.count > policy.attempts { attempts.removeFirst() }
  }
}
