import EventStreams
import HTTPTypes
import Hummingbird

/// Who comes in: by which name they call the server, from which page, whether they may change anything, and who they are.
struct Gate: RouterMiddleware {
  typealias Context = APIContext

  let settings: ServerSettings
  let sessions: Sessions
  /// Requests of one token.
  private let rate = RateLimit(perSecond: 200, burst: 400)

  init(_ settings: ServerSettings, _ sessions: Sessions) {
    self.settings = settings
    self.sessions = sessions
  }

  @concurrent
  func handle(
    _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    // Whoever looks after the process calls it by whatever address it has, and learns nothing.
    if request.uri.path.hasPrefix("/health/") { return try await next(request, context) }
    try checkHost(request)
    let isSafe = request.method == .get || request.method == .head || request.method == .options
    let isLogin = request.uri.path == "/login" || request.uri.path == "/logout"
    if settings.isReadOnly, !isSafe, !isLogin {
      throw Problem(.forbidden, .readOnly, "this server was started with --read-only: it changes nothing for anybody")
    }
    let credential = Credential(request)
    if !isSafe { try checkOrigin(request, credential) }
    context.principal = try principal(of: credential)
    if let principal = context.principal, principal.digest != nil, let wait = rate.take(principal.name) {
      throw Problem(
        .tooManyRequests, .tooManyRequests, "'\(principal.name)' makes more than 200 requests a second"
      ).retryable(after: wait)
    }
    return try await next(request, context)
  }

  /// What a request shows of who makes it.
  enum Credential: Equatable {
    case none
    case bearer(Substring)
    case cookie(Substring)

    init(_ request: Request) {
      if let authorization = request.headers[.authorization] {
        let parts = authorization.split(separator: " ", maxSplits: 1)
        self = .bearer(parts.count == 2 && parts[0].lowercased() == "bearer" ? parts[1] : "")
        return
      }
      let cookies = request.headers[values: .cookie].flatMap { $0.split(separator: ";") }
      for cookie in cookies {
        let parts = cookie.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
        if parts.count == 2, parts[0] == Sessions.cookie {
          self = .cookie(parts[1])
          return
        }
      }
      self = .none
    }
  }

  private func principal(of credential: Credential) throws(Problem) -> Principal? {
    guard let tokens = settings.tokens else { return .local }
    switch credential {
    case .none: return nil
    case .cookie(let value): return sessions.principal(of: value, tokens)
    case .bearer(let token):
      guard let principal = tokens.principal(showing: String(token)) else {
        throw Problem(.unauthorized, .unauthenticated, "the token is none that is known here, or it counts no longer")
          .with(.wwwAuthenticate, "Bearer realm=\"rides\", error=\"invalid_token\"")
      }
      return principal
    }
  }

  // MARK: Browsers

  /// A page of another site that has its own name lead to this server's address must not be answered as if it were this server's.
  private func checkHost(_ request: Request) throws(Problem) {
    guard let authority = request.head.authority else {
      throw .malformed("the request has no Host")
    }
    let host = Self.host(of: authority)
    guard isOwn(host) else {
      throw Problem(
        .misdirectedRequest, .foreignHost,
        "this server is not called '\(host.prefix(100))'; names besides its address are given with --host")
    }
  }

  private static func host(of authority: String) -> String {
    if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
      return authority[authority.index(after: authority.startIndex)..<end].lowercased()
    }
    return authority.prefix { $0 != ":" }.lowercased()
  }

  private func isOwn(_ host: String) -> Bool {
    if settings.hosts.contains(where: { $0.lowercased() == host }) { return true }
    switch settings.address {
    case .unix: return true
    case .tcp(let own, _):
      if host == own.lowercased() { return true }
      let isLocalName = ListenAddress.tcp(host: host, port: 0).isLocal
      // On all addresses: by which of them is not known here, and a name that is an address leads nowhere else.
      return isLocalName || (["0.0.0.0", "::"].contains(own) && Self.isAddress(host))
    }
  }

  private static func isAddress(_ host: String) -> Bool {
    host.contains(":") || host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { UInt8($0) != nil }
  }

  /// A page of another site may send a browser here, which shows the session's cookie, or comes from this machine: what it sends
  /// changes nothing. Whoever shows a token is no such page.
  private func checkOrigin(_ request: Request, _ credential: Credential) throws(Problem) {
    if case .bearer = credential { return }
    if let site = request.headers[.secFetchSite] {
      if site == "same-origin" { return }
    } else if let origin = request.headers[.origin] {
      if let authority = request.head.authority, let own = Self.authority(of: origin), own == authority { return }
    } else if case .cookie = credential {
      throw Problem(.forbidden, .foreignOrigin, "the browser does not say which page this comes from")
    } else {
      // No browser: those say one or the other of whatever they send.
      return
    }
    throw Problem(.forbidden, .foreignOrigin, "this comes from another site's page, which may change nothing here")
  }

  private static func authority(of origin: String) -> Substring? {
    for scheme in ["http://", "https://"] where origin.hasPrefix(scheme) { return origin.dropFirst(scheme.count) }
    return nil
  }
}
