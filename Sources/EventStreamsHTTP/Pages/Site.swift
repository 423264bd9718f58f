package import EventStreams
package import EventStreamsOperations
package import HTTPTypes
package import HiredisClient
package import Hummingbird
import Mustache
import NIOCore
package import ServiceLifecycle

/// The pages of a server: what they look like, what they lead to, and what of events they link.
package struct Site: Sendable {
  /// What a domain adds to the pages.
  package struct Domain: Sendable {
    /// Pages that the head of each page leads to, besides those of any domain.
    package var links: [(name: String, path: String, scope: Scope)] = []
    /// What can be found by its id, for people.
    package var searched = "event, dead letter, service, worker"
    /// The templates of its pages, by name.
    package var templates: [(name: String, text: [UInt8])] = []
    /// The page about what an event is about; nil if there is none.
    package var path: @Sendable (EventHeader, [UInt8]) -> String? = { _, _ in nil }
    /// What else is called so.
    package var search: @Sendable (String, APIContext) async throws -> [SearchHit] = { _, _ in [] }
    /// Figures that the overview begins with.
    package var figures: @Sendable (APIContext) async throws -> [Figure] = { _ in [] }
    /// What it measures, as gauges; it is told how the services are.
    package var measures: @Sendable ([ServiceStatus]) async throws -> [Measure] = { _ in [] }
    /// What its events are called.
    package var types: [String] = []
    /// The names of fields that are hidden, wherever they stand, from whoever lacks a scope.
    package var hidden: [Scope: [String]] = [:]
    /// The names of fields that are hidden from everybody.
    package var sealed: [String] = []
    /// Channels of the live stream besides those of any domain, and the types of events that each has.
    package var channels: [(name: String, types: [String])] = []
    /// Has the stores of services that are at hand say what they hold, before what they hold is removed from the log.
    package var confirm: @Sendable (Namespace, Connection) async throws -> Void = { _, _ in }
    /// What runs beside the server, for as long.
    package var services: [any Service] = []

    /// Nothing.
    package init() {}
  }

  let settings: ServerSettings
  let namespace: String
  package let domain: Domain
  private let library: MustacheLibrary

  /// Reads the templates.
  ///
  /// - Throws: if one is none.
  init(_ settings: ServerSettings, namespace: String, _ domain: Domain) throws {
    self.settings = settings
    self.namespace = namespace
    self.domain = domain
    var library = MustacheLibrary()
    for (name, text) in Self.templates + domain.templates {
      try library.register(String(decoding: text, as: UTF8.self), named: name)
    }
    self.library = library
  }

  private static let templates: [(name: String, text: [UInt8])] = [
    ("layout", PackageResources.layout_mustache), ("overview", PackageResources.overview_mustache),
    ("spark", PackageResources.spark_mustache), ("service", PackageResources.service_mustache),
    ("pending", PackageResources.pending_mustache), ("letters", PackageResources.letters_mustache),
    ("letter", PackageResources.letter_mustache), ("events", PackageResources.events_mustache),
    ("event", PackageResources.event_mustache), ("search", PackageResources.search_mustache),
    ("login", PackageResources.login_mustache), ("operations", PackageResources.operations_mustache),
    ("problem", PackageResources.problem_mustache),
  ]

  /// What every page has around what it shows.
  package struct Frame: Sendable {
    struct Link: Sendable {
      let name: String
      let path: String
      let isCurrent: Bool
    }

    let title: String
    let program: String
    let namespace: String
    let links: [Link]
    let hasSearch: Bool
    let searched: String
    /// Who is logged in, where one has to.
    let user: String?
    /// Why what is shown may not be so.
    let trouble: String?
  }

  /// The frame of a page.
  ///
  /// - Parameters:
  ///   - title: what it is called.
  ///   - path: of the page that the head leads to and that this one belongs to; nil if its own address tells.
  ///   - trouble: why what is shown may not be so.
  package func frame(
    _ title: String, _ request: Request, _ context: APIContext, within path: String? = nil, trouble: String? = nil
  ) -> Frame {
    let scopes = context.principal?.scopes ?? []
    var links: [(name: String, path: String, scope: Scope)] = [("Overview", "/", .read), ("Events", "/events", .read)]
    links += domain.links
    links.append(("Operations", "/operations", .read))
    let path = path ?? request.uri.path
    return Frame(
      title: title, program: settings.program, namespace: namespace,
      links: links.filter { scopes.contains($0.scope) }.map { link in
        let isCurrent =
          link.path == "/"
          ? path == "/" || path.hasPrefix("/services") : path == link.path || path.hasPrefix("\(link.path)/")
        return Frame.Link(name: link.name, path: link.path, isCurrent: isCurrent)
      }, hasSearch: scopes.contains(.read), searched: domain.searched,
      user: context.principal.flatMap { $0.digest == nil ? nil : $0.name }, trouble: trouble)
  }

  /// A page.
  package func page(_ template: String, _ model: some Sendable, status: HTTPResponse.Status = .ok) -> Response {
    let text = library.render(model, withTemplate: template) ?? ""
    return Response(
      status: status, headers: [.contentType: "text/html; charset=utf-8"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }

  /// A page that says that something can't be done.
  func page(_ problem: Problem, _ request: Request, _ context: APIContext) -> Response {
    struct Model: Sendable {
      let frame: Frame
      let title: String
      let detail: String
      let requestID: String?
      let status: Int?
      let refreshes: Bool
    }
    // What goes away by itself is looked at again.
    let refreshes = problem.isRetryable && request.method == .get
    var response = page(
      "problem",
      Model(
        frame: frame(problem.code.title, request, context), title: problem.code.title, detail: problem.detail,
        requestID: context.requestID, status: problem.status.code, refreshes: refreshes),
      status: problem.status)
    if refreshes { response.headers[.refresh] = "5" }
    for field in problem.headers { response.headers.append(field) }
    return response
  }

  /// What a browser is told that can't have what it asked for; nil for others. Whoever has to log in is sent there.
  func answer(to request: Request, _ context: APIContext, _ problem: Problem) -> Response? {
    guard request.wantsPage else { return nil }
    if problem.status == .unauthorized, request.method == .get {
      let here = request.uri.query.map { "\(request.uri.path)?\($0)" } ?? request.uri.path
      return Response(status: .seeOther, headers: [.location: "/login?next=\(here.inAddress)"])
    }
    return page(problem, request, context)
  }

  /// The page about what an event is about, or nothing where nobody may see what events are about.
  func subjectPath(_ header: EventHeader?, _ json: [UInt8]) -> String? {
    header.flatMap { domain.path($0, json) }
  }
}

extension Request {
  /// True if a browser wants to show the answer.
  var wantsPage: Bool { headers[.accept]?.contains("text/html") == true && !uri.path.hasPrefix("/v1/") }
}
