import CoreMetrics
import HiredisClient

/// What a worker takes in of which topic, and how long it takes for what, where somebody measures it: nil costs nothing. By the names of
/// OpenTelemetry's conventions for messaging.
struct WorkerTimers: Sendable {
  /// Each attempt to handle an event.
  private let processing: CoreMetrics.Timer
  /// From an event's entry into the log until it is committed.
  private let settling: CoreMetrics.Timer
  /// Each read, with the time that it waits for something to come.
  private let receiving: CoreMetrics.Timer
  private let labels: [(String, String)]

  /// - Returns: nil if nobody measures anything in this process.
  init?(service: String) {
    if MetricsSystem.factory is NOOPMetricsHandler { return nil }
    labels = [("messaging_system", "redis_streams"), ("messaging_consumer_group_name", service)]
    processing = CoreMetrics.Timer(label: "messaging_process_duration_seconds", dimensions: labels)
    settling = CoreMetrics.Timer(label: "eventstreams_settle_duration_seconds", dimensions: labels)
    receiving = Self.operation("receive", labels)
    // So that it is there before anything has been committed.
    _ = Self.operation("commit", labels)
  }

  private static func operation(_ name: String, _ labels: [(String, String)]) -> CoreMetrics.Timer {
    CoreMetrics.Timer(
      label: "messaging_client_operation_duration_seconds", dimensions: labels + [("messaging_operation_name", name)])
  }

  /// - Parameter error: what it failed with, of which the kind is noted and nothing else; nil if it did not.
  func processed(since start: ContinuousClock.Instant, _ error: (any Error)? = nil) {
    guard let error else { return processing.record(since: start) }
    CoreMetrics.Timer(
      label: "messaging_process_duration_seconds", dimensions: labels + [("error_type", "\(type(of: error))")]
    ).record(since: start)
  }

  /// - Parameter error: why it was not committed, if so.
  func committed(since start: ContinuousClock.Instant, _ error: RedisError? = nil) {
    Self.operation("commit", labels + (error.map { [("error_type", $0.code.rawValue)] } ?? [])).record(since: start)
  }

  /// - Parameter error: why nothing could be read, if so.
  func received(since start: ContinuousClock.Instant, _ error: RedisError? = nil) {
    guard let error else { return receiving.record(since: start) }
    Self.operation("receive", labels + [("error_type", error.code.rawValue)]).record(since: start)
  }

  /// Counts what was read of a topic.
  func consumed(_ count: Int, of topic: String) {
    Counter(
      label: "messaging_client_consumed_messages_total", dimensions: labels + [("messaging_destination_name", topic)]
    ).increment(by: count)
  }

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
