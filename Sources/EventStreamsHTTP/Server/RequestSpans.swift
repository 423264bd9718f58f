import EventStreams
import HTTPTypes
import Hummingbird
import Tracing

/// Records requests whose trace is recorded, by OpenTelemetry's conventions for HTTP servers; what comes of a request is a part of it.
struct RequestSpans: RouterMiddleware {
  typealias Context = APIContext

  /// What the server's addresses begin with.
  private let scheme: String

  /// Nil where nobody records anything.
  init?(scheme: String) {
    self.scheme = scheme
    if InstrumentationSystem.tracer is NoOpTracer { return nil }
  }

  @concurrent
  func handle(
    _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    let method = request.method.rawValue
    let span = startSpan(method, context: request.sentTrace?.context ?? .topLevel, ofKind: .server)
    guard span.isRecording else { return try await next(request, context) }
    do {
      let response = try await ServiceContext.$current.withValue(span.context) { try await next(request, context) }
      // The route and not the path, of which there are as many as people like.
      let route = context.endpointPath
      if let route { span.operationName = "\(method) \(route)" }
      span.updateAttributes { attributes in
        attributes["http.request.method"] = method
        attributes["http.route"] = route
        attributes["http.response.status_code"] = Int(response.status.code)
        attributes["url.path"] = request.uri.path
        attributes["url.scheme"] = scheme
      }
      if response.status.kind == .serverError {
        span.attributes["error.type"] = "\(response.status.code)"
        span.setStatus(SpanStatus(code: .error))
      }
      span.end()
      return response
    } catch {
      span.fail(error)
      throw error
    }
  }
}
