import EventStreams
import HTTPTypes
import Hummingbird
import Logging

/// What every answer has, whatever it answers: the request's id, what a browser may do with it, how long Redis took; and errors as problems.
struct Envelope: RouterMiddleware {
  typealias Context = APIContext

  let routes: @Sendable () -> [Route]
  let log: Logger
  /// An error for people: a page; nil where there are no pages.
  let page: @Sendable (Problem, Request, APIContext) -> Response?
  let metrics: RequestMetrics

  @concurrent
  func handle(
    _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    let start = ContinuousClock.now
    var context = context
    context.requestID = Self.id(of: request)
    metrics.began()
    var response: Response
    do {
      response = try await next(request, context)
    } catch {
      response = answer(to: request, context, error)
    }
    dress(&response, context)
    metrics.ended(request, context, response.status, start.duration(to: .now))
    return response
  }

  /// The client's own, if it is short and plain.
  private static func id(of request: Request) -> String {
    if let id = request.headers[.requestID], (1...64).contains(id.utf8.count),
      id.utf8.allSatisfy({ isPlain($0) })
    {
      return id
    }
    return Array((0..<8).map { _ in UInt8.random(in: 0...255) }).hexadecimal
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  private func answer(to request: Request, _ context: Context, _ error: any Error) -> Response {
    var problem = Problem(error)
    if problem.code == .internalError {
      log.error(
        "a request failed by a mistake of the server",
        metadata: ["request": "\(context.requestID)", "path": "\(request.uri.path)", "error": "\(error)"])
    }
    if problem.status == .notFound, let allowed = allowed(request) {
      problem = Problem(
        .methodNotAllowed, .methodNotAllowed, "\(request.method.rawValue) can't be done here, but \(allowed)"
      ).with(.allow, allowed)
    }
    return page(problem, request, context) ?? problem.response(to: request, id: context.requestID)
  }

  /// What can be done at a path, if what was asked for can't.
  private func allowed(_ request: Request) -> String? {
    let path = request.uri.path.split(separator: "/")
    let methods = routes().filter { $0.matches(path) }.map(\.method)
    guard !methods.isEmpty, !methods.contains(request.method) else { return nil }
    return methods.flatMap { $0 == .get ? ["GET", "HEAD"] : [$0.rawValue] }.joined(separator: ", ")
  }

  private func dress(_ response: inout Response, _ context: Context) {
    response.headers[.requestID] = context.requestID
    response.headers[.xContentTypeOptions] = "nosniff"
    response.headers[.referrerPolicy] = "same-origin"
    response.headers[.contentSecurityPolicy] = Self.policy
    if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    let tenths = Int((context.redisTime.milliseconds * 10).rounded())
    if tenths > 0 { response.headers[.serverTiming] = "redis;dur=\(tenths / 10).\(tenths % 10)" }
  }

  /// What pages may load: from here, and nothing that stands in them.
  private static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}
