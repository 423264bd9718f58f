public import EventStreams
import Foundation
import HTTPTypes
public import HiredisClient
package import Hummingbird
public import Logging
import NIOCore
public import ServiceLifecycle

/// Serves a namespace over HTTP: its services, pending entries, dead letters and events, whatever they are about; and what a domain adds.
public struct HTTPService: Service {
  /// What can be asked of it.
  public let routes: [Route]
  private let application: Application<RouterResponder<APIContext>>
  private let services: [any Service]

  /// A server.
  ///
  /// - Parameters:
  ///   - settings: how it behaves; throws a `ServerMistake` if it can't be served so.
  ///   - deployment: what it serves.
  ///   - catalog: the events that may be published.
  ///   - opening: opens the namespace for publishing, making it where that is wanted.
  ///   - personal: the names of fields that name a person, which are hidden from those who may not see them.
  ///   - metrics: what this program measures, which is served with how the services are.
  ///   - log: is told of what goes wrong, and of who changes what.
  ///   - onListening: is told where it listens, when it does.
  public init(
    _ settings: ServerSettings, deployment: Deployment, catalog: EventCatalog,
    opening open: @escaping @Sendable (Connection) async throws -> Namespace, personal: [String] = [],
    metrics: PrometheusRegistry? = nil, log: Logger,
    onListening: @escaping @Sendable (ListenAddress) async -> Void = { _ in }
  ) throws {
    var domain = Site.Domain()
    domain.types = catalog.typeNames
    domain.hidden[.personal] = personal
    try self.init(
      settings, deployment: deployment, catalog: catalog, domain: domain, opening: open, metrics: metrics, log: log,
      onListening: onListening
    ) { _, _, _ in }
  }

  /// A server that a domain adds to.
  ///
  /// - Parameters:
  ///   - settings: how it behaves; throws a `ServerMistake` if it can't be served so.
  ///   - deployment: what it serves.
  ///   - catalog: the events that may be published.
  ///   - domain: what its pages have besides those of any domain.
  ///   - opening: opens the namespace for publishing, making it where that is wanted.
  ///   - metrics: what this program measures, which is served with how the services are.
  ///   - log: is told of what goes wrong, and of who changes what.
  ///   - onListening: is told where it listens, when it does.
  ///   - more: adds a domain's own routes.
  package init(
    _ settings: ServerSettings, deployment: Deployment, catalog: EventCatalog, domain: Site.Domain,
    opening open: @escaping @Sendable (Connection) async throws -> Namespace,
    metrics: PrometheusRegistry? = nil, log: Logger,
    onListening: @escaping @Sendable (ListenAddress) async -> Void = { _ in },
    adding more: (inout Routes, Site, SharedPublisher) -> Void
  ) throws {
    if let problem = settings.problem { throw ServerMistake(description: problem) }
    let publisher = SharedPublisher(redis: deployment.redis, options: Deployment.options, opening: open)
    let router = Router(context: APIContext.self, options: .autoGenerateHeadEndpoints)
    let known = RouteList()
    let sessions = Sessions()
    let site = try Site(settings, namespace: deployment.name, domain)
    let sampler = Sampler(deployment)
    // Begun before the application, ended after: what the last answers wait for is published.
    let operations = Operations(deployment)
    let tail = EventTail(deployment)
    let deadlines = RequestDeadlines(settings.requestTime)
    services = [publisher, sampler, tail, operations, deadlines] + domain.services
    if let spans = RequestSpans(scheme: settings.scheme) { router.add(middleware: spans) }
    router.add(
      middleware: Envelope(
        routes: { known.routes }, log: log, page: { site.answer(to: $1, $2, $0) },
        metrics: RequestMetrics(scheme: settings.scheme)))
    router.add(middleware: Gate(settings, sessions))
    var routes = Routes(router, deadlines)
    let concealment = Concealment(domain.hidden, sealed: domain.sealed)
    let record = OperatorRecord(log: log, publisher: publisher)
    HealthRoutes(deployment: deployment).add(to: &routes)
    ServiceRoutes(deployment: deployment, concealment: concealment).add(to: &routes)
    let letters = LetterRoutes(deployment: deployment, concealment: concealment, record: record, operations: operations)
    letters.add(to: &routes)
    let operationRoutes = OperationRoutes(operations: operations, record: record)
    operationRoutes.add(to: &routes)
    AdminRoutes(deployment: deployment, record: record, confirm: domain.confirm).add(to: &routes)
    OperationPage(site: site, deployment: deployment, operations: operationRoutes).add(to: &routes)
    EventRoutes(deployment: deployment, concealment: concealment).add(to: &routes)
    PublishRoutes(catalog: catalog, publisher: publisher, deployment: deployment).add(to: &routes)
    StreamRoutes(sampler: sampler, tail: tail, concealment: concealment, channels: domain.channels).add(to: &routes)
    MetricsRoutes(registry: metrics, deployment: deployment, sampler: sampler, more: domain.measures).add(to: &routes)
    SearchRoutes(site: site, deployment: deployment).add(to: &routes)
    OverviewPage(site: site, sampler: sampler).add(to: &routes)
    ServicePage(site: site, sampler: sampler, deployment: deployment, registry: metrics).add(to: &routes)
    PendingPage(site: site, deployment: deployment).add(to: &routes)
    LetterPages(site: site, letters: letters).add(to: &routes)
    EventPages(site: site, deployment: deployment, concealment: concealment).add(to: &routes)
    LoginPages(site: site, sessions: sessions).add(to: &routes)
    AssetRoutes(site: site).add(to: &routes)
    more(&routes, site, publisher)
    known.set(routes.all)
    self.routes = routes.all
    application = Application(
      listeningAt: settings.address, showing: settings.certificate, router: router, log: log, onListening)
  }

  /// The application that answers, for tests that need no network.
  package var tested: some ApplicationProtocol {
    var application = application
    for service in services { application.addServices(service) }
    return application
  }

  /// Whether a server could not be run because somebody else listens at its address.
  public static func isAddressTaken(_ error: any Error) -> Bool { (error as? IOError)?.errnoCode == EADDRINUSE }

  /// Serves until it is to stop: then nobody new is let in, what is being answered is finished, and what waits is published.
  public func run() async throws {
    var application = application
    for service in services { application.addServices(service) }
    try await application.run()
  }
}
