/// Wakes the pipeline when a retry, a probe or a commit is due.
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
          case .retry(let retry): await pipeline.tell { $0.retryIsDue(retry) }
          case .commit: await pipeline.tell { $0.isCommitDue = false }
          // Whoever waits looks again.
          case .probe: await pipeline.wake()
          }
        }
      }
      group.cancelAll()
    }
  }
}
