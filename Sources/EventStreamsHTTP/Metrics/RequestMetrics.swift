import CoreMetrics
import HTTPTypes
import Hummingbird
import Synchronization

/// What is measured of requests, by the names of OpenTelemetry's semantic conventions.
final class RequestMetrics: Sendable {
  private let active = Gauge(label: "http_server_active_requests")
  private let count = Atomic(0)

  /// What the server's addresses begin with.
  private let scheme: String

  init(scheme: String) { self.scheme = scheme }

  func began() { active.record(count.add(1, ordering: .relaxed).newValue) }

  func ended(_ request: Request, _ context: APIContext, _ status: HTTPResponse.Status, _ duration: Duration) {
    active.record(count.subtract(1, ordering: .relaxed).newValue)
    // The route and not the path, of which there are as many as people like.
    let route = context.endpointPath ?? "NotFound"
    CoreMetrics.Timer(
      label: "http_server_request_duration_seconds",
      dimensions: [
        ("http_request_method", Self.known(request.method)), ("http_route", route),
        ("http_response_status_code", "\(status.code)"), ("url_scheme", scheme),
      ] + (status.kind == .serverError ? [("error_type", "\(status.code)")] : [])
    ).recordNanoseconds(duration.nanoseconds)
  }

  private static func known(_ method: HTTPRequest.Method) -> String {
    [.get, .head, .post, .delete].contains(method) ? method.rawValue : "_OTHER"
  }
}

extension Duration {
  var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
