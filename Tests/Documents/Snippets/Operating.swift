import CoreMetrics
import EventStreams
import EventStreamsHTTP
import EventStreamsOperations
import HiredisClient
import Logging

func serving(_ log: Logger) -> MetricsService {
  let registry = PrometheusRegistry()
  MetricsSystem.bootstrap(registry)
  let metrics = MetricsService(.tcp(host: "127.0.0.1", port: 9464), of: registry, log: log)
  return metrics
}

func redriving(_ namespace: Namespace, _ redis: RedisURL) async throws -> Int {
  let letters = DeadLetters(namespace: namespace, connection: Connection(redis))
  let keys = try await letters.redrive(letters.list(service: "bonus"))
  return keys
}
