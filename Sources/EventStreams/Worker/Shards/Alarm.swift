/// What the pipeline wants to be woken for.
enum Alarm: Sendable {
  case retry(ScheduledRetry)
  /// The circuit breaker's next probe.
  case probe(due: ContinuousClock.Instant)
  /// Batches that wait for more are to be committed.
  case commit(due: ContinuousClock.Instant)

  var due: ContinuousClock.Instant {
    switch self {
    case .retry(let retry): retry.due
    case .probe(let due), .commit(let due): due
    }
  }
}
