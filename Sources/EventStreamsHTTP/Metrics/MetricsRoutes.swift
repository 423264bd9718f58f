import EventStreams
import EventStreamsOperations
import HTTPTypes
import Hummingbird
import NIOCore

/// What is measured, for Prometheus.
struct MetricsRoutes {
  let registry: PrometheusRegistry?
  let deployment: Deployment
  let sampler: Sampler
  /// What a domain measures besides.
  let more: @Sendable ([ServiceStatus]) async throws -> [Measure]

  func add(to routes: inout Routes) {
    routes.get("/metrics", .metrics) { request, context in
      _ = try Query(request)
      let (sample, _) = await sampler.latest(for: context)
      var text = PrometheusText()
      text.add("eventstreams_up", .gauge, [], sample.trouble == nil ? 1 : 0)
      if sample.trouble == nil, let status = sample.status {
        GroupMetrics(status: status, services: sample.services).write(to: &text)
        let scheduled = try await deployment.look(for: context) {
          try await Inspector(namespace: $0, connection: $1).scheduledCount()
        }
        text.add("eventstreams_scheduled_messages", .gauge, [], Double(scheduled))
        for measure in try await more(sample.services) { text.add(measure.name, .gauge, measure.labels, measure.value) }
      }
      return Response.metrics(text.text + (registry?.text ?? PrometheusRegistry.processText))
    }
  }
}

/// A gauge that a domain adds to the metrics.
package struct Measure: Sendable {
  let name: String
  let labels: [(String, String)]
  let value: Double

  /// A gauge. Those of one name come one after the other.
  package init(_ name: String, _ labels: [(String, String)] = [], _ value: Double) {
    self.name = name
    self.labels = labels
    self.value = value
  }
}

extension Response {
  /// An answer that Prometheus reads.
  static func metrics(_ text: String) -> Response {
    Response(
      status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}
