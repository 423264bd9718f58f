/// A delivery's key that waits for its next attempt.
struct ScheduledRetry: Sendable {
  let shard: OwnedShard
  let key: String
  let due: ContinuousClock.Instant
}

/// What the pipeline wants to be woken for.
enum Alarm: Sendable {
  case retry(ScheduledRetry)
  /// The circuit breaker's next probe.
  case probe(due: ContinuousClock.Instant)

  var due: ContinuousClock.Instant {
    switch self {
    case .retry(let retry): retry.due
    case .probe(let due): due
    }
  }
}

/// Wakes the pipeline when a retry or a probe is due.
struct RetryTimer: Sendable {
  let pipeline: Pipeline

  /// Runs until the pipeline drains.
  func run() async {
    await withDiscardingTaskGroup { group in
      for await alarm in pipeline.alarms {
        group.addTask {
          // A sleep that is cut short ends with the worker: the entry stays pending.
          guard (try? await Task.sleep(until: alarm.due, clock: .continuous)) != nil else { return }
          switch alarm {
          case .retry(let retry): await pipeline.retryIsDue(retry)
          case .probe: await pipeline.probeIsDue()
          }
        }
      }
      group.cancelAll()
    }
  }
}
