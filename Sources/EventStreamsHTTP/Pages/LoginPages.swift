import EventStreams
import HTTPTypes
import Hummingbird

/// Logging in and out: a token becomes a cookie.
struct LoginPages {
  let site: Site
  let sessions: Sessions
  /// Of one address: whoever guesses does so slowly.
  private let failures = RateLimit(perSecond: 10.0 / 60, burst: 10)

  init(site: Site, sessions: Sessions) {
    self.site = site
    self.sessions = sessions
  }

  func add(to routes: inout Routes) {
    routes.get("/login", nil) { request, context in
      let query = try Query(request, known: "next")
      return site.page(
        "login", Model(frame: site.frame("Log in", request, context), problem: nil, next: Self.path(query["next"])))
    }
    routes.post("/login", nil) { request, context in try await logIn(request, context) }
    routes.post("/logout", nil) { _, _ in
      Response(status: .seeOther, headers: [.location: "/login", .setCookie: cookie("", lasting: 0)])
    }
  }

  private func logIn(_ request: Request, _ context: APIContext) async throws -> Response {
    let form = try Form(try await request.bytes(upTo: 16_384))
    let next = Self.path(form["next"])
    guard let tokens = site.settings.tokens else {
      return Response(status: .seeOther, headers: [.location: next])
    }
    if let wait = failures.take(context.peer) {
      throw Problem(.tooManyRequests, .tooManyRequests, "too many attempts to log in from this address").retryable(
        after: wait)
    }
    guard let principal = tokens.principal(showing: form["token"] ?? ""), let value = sessions.value(for: principal)
    else {
      let model = Model(
        frame: site.frame("Log in", request, context), problem: "That is no token that is known here.", next: next)
      return site.page("login", model, status: .unauthorized)
    }
    return Response(
      status: .seeOther,
      headers: [.location: next, .setCookie: cookie(value, lasting: Int(Sessions.length.components.seconds))])
  }

  private func cookie(_ value: String, lasting seconds: Int) -> String {
    let secure = site.settings.certificate == nil ? "" : " Secure;"
    return "\(Sessions.cookie)=\(value); Path=/; HttpOnly;\(secure) SameSite=Strict; Max-Age=\(seconds)"
  }

  /// Where to go then: a page of this server, whatever somebody has made of the address.
  static func path(_ text: String?) -> String {
    guard let text, text.hasPrefix("/"), !text.hasPrefix("//"), !text.contains("\\"),
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
    else { return "/" }
    return text
  }

  private struct Model: Sendable {
    let frame: Site.Frame
    let problem: String?
    let next: String
  }
}
