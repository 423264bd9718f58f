import CoreMetrics
import HiredisClient

/// What a publisher sends of which topic, and how long that takes, by the names of OpenTelemetry's conventions for messaging.
struct PublisherMetrics: Sendable {
  private static let labels = [("messaging_system", "redis_streams")]

  private let duplicates = Counter(label: "eventstreams_publish_duplicates_total")

  /// - Returns: nil if nobody measures anything in this process: it costs nothing then.
  init?() {
    if MetricsSystem.factory is NOOPMetricsHandler { return nil }
  }

  /// Notes what became of events that were published together.
  func sent(_ events: [EncodedEvent], _ results: [PublishedEvent], since start: ContinuousClock.Instant) {
    timer([]).record(since: start)
    var counts: [Identifier: Int] = [:]
    for (event, result) in zip(events, results) where !result.isDuplicate {
      counts[Identifier(event.topic), default: 0] += 1
    }
    for (topic, count) in counts {
      Counter(
        label: "messaging_client_sent_messages_total",
        dimensions: Self.labels + [("messaging_destination_name", topic.text)]
      ).increment(by: count)
    }
    duplicates.increment(by: results.count(where: \.isDuplicate))
  }

  /// Notes that publishing has failed.
  func failed(since start: ContinuousClock.Instant, _ error: any Error) {
    timer([("error_type", (error as? RedisError)?.code.rawValue ?? "\(type(of: error))")]).record(since: start)
  }

  private func timer(_ more: [(String, String)]) -> CoreMetrics.Timer {
    CoreMetrics.Timer(
      label: "messaging_client_operation_duration_seconds",
      dimensions: Self.labels + [("messaging_operation_name", "publish")] + more)
  }
}
