/// A delivery's key that waits for its next attempt.
struct ScheduledRetry: Sendable {
  let shard: OwnedShard
  let key: String
  let due: ContinuousClock.Instant
}

/// Wakes the pipeline when a retry is due.
struct RetryTimer: Sendable {
  let pipeline: Pipeline

  /// Runs until the pipeline drains.
  func run() async {
    await withDiscardingTaskGroup { group in
      for await retry in pipeline.retries {
        group.addTask {
          // A sleep that is cut short ends with the worker: the entry stays pending.
          guard (try? await Task.sleep(until: retry.due, clock: .continuous)) != nil else { return }
          await pipeline.retryIsDue(retry)
        }
      }
      group.cancelAll()
    }
  }
}
