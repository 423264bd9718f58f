public import HTTPTypes
public import Hummingbird

/// One thing that can be asked of a server.
public struct Route: Sendable {
  /// How.
  public let method: HTTPRequest.Method
  /// Where, with the names of what differs in braces.
  public let path: String
  /// What a token must allow for it; nil for everybody.
  public let scope: Scope?

  /// Whether a path is one of this route's.
  func matches(_ path: [Substring]) -> Bool {
    let parts = self.path.split(separator: "/")
    guard parts.count == path.count else { return false }
    return zip(parts, path).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
  }
}

/// What can be asked of a server, and who may.
///
/// Every route is made here, with what it takes: none can be forgotten by whoever checks.
public struct Routes {
  private let router: Router<APIContext>
  /// Those there are.
  public private(set) var all: [Route] = []

  private let deadlines: RequestDeadlines

  init(_ router: Router<APIContext>, _ deadlines: RequestDeadlines) {
    self.router = router
    self.deadlines = deadlines
  }

  /// Adds a way to read.
  public mutating func get<Answer: ResponseGenerator>(
    _ path: String, _ scope: Scope?, _ answer: @escaping @Sendable (Request, APIContext) async throws -> Answer
  ) { add(.get, path, scope, answer) }

  /// Adds a way to do something.
  public mutating func post<Answer: ResponseGenerator>(
    _ path: String, _ scope: Scope?, _ answer: @escaping @Sendable (Request, APIContext) async throws -> Answer
  ) { add(.post, path, scope, answer) }

  /// Adds a way to end or remove something.
  public mutating func delete<Answer: ResponseGenerator>(
    _ path: String, _ scope: Scope?, _ answer: @escaping @Sendable (Request, APIContext) async throws -> Answer
  ) { add(.delete, path, scope, answer) }

  private mutating func add<Answer: ResponseGenerator>(
    _ method: HTTPRequest.Method, _ path: String, _ scope: Scope?,
    _ answer: @escaping @Sendable (Request, APIContext) async throws -> Answer
  ) {
    all.append(Route(method: method, path: path, scope: scope))
    router.on(RouterPath(path), method: method) { [deadlines] request, context in
      if let scope {
        try Self.check(scope, context)
      } else if method == .get {
        // What everybody may look at takes no time.
        return try await answer(request, context).response(from: request, context: context)
      }
      return try await deadlines.answer(request) {
        try await answer(request, context).response(from: request, context: context)
      }
    }
  }

  private static func check(_ scope: Scope, _ context: APIContext) throws(Problem) {
    guard let principal = context.principal else {
      throw Problem(
        .unauthorized, .unauthenticated, "send a token: Authorization: Bearer …, or log in at /login"
      ).with(.wwwAuthenticate, "Bearer realm=\"rides\"")
    }
    guard principal.scopes.contains(scope) else {
      throw Problem(
        .forbidden, .forbidden, "the token of '\(principal.name)' does not have the scope \(scope.rawValue)")
    }
  }
}
