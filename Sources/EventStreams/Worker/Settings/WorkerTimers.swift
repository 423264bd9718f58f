import CoreMetrics

/// How long a worker takes for what, where somebody measures it: nil costs nothing.
struct WorkerTimers: Sendable {
  /// Each attempt to handle an event.
  private let processing: CoreMetrics.Timer
  /// From an event's entry into the log until it is committed.
  private let settling: CoreMetrics.Timer
  /// Each call that commits.
  private let committing: CoreMetrics.Timer

  /// - Returns: nil if nobody measures anything in this process.
  init?(service: String) {
    if MetricsSystem.factory is NOOPMetricsHandler { return nil }
    let labels = [("messaging_system", "redis_streams"), ("messaging_consumer_group_name", service)]
    processing = CoreMetrics.Timer(label: "messaging_process_duration_seconds", dimensions: labels)
    settling = CoreMetrics.Timer(label: "eventstreams_settle_duration_seconds", dimensions: labels)
    committing = CoreMetrics.Timer(
      label: "messaging_client_operation_duration_seconds",
      dimensions: labels + [("messaging_operation_name", "commit")])
  }

  func processed(since start: ContinuousClock.Instant) { processing.record(since: start) }

  func committed(since start: ContinuousClock.Instant) { committing.record(since: start) }

  /// - Parameter now: by this machine's clock, which goes as the server's does where that matters.
  func settled(_ batch: CommitBatch, at now: Timestamp) {
    for entries in batch.acknowledged {
      for id in entries {
        settling.recordNanoseconds(max(0, (now - id.recordedAt).wholeMilliseconds) * 1_000_000)
      }
    }
  }
}

extension CoreMetrics.Timer {
  func record(since start: ContinuousClock.Instant) {
    let (seconds, attoseconds) = start.duration(to: .now).components
    recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }
}
