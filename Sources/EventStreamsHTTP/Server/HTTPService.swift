package import EventStreams
import Foundation
import HTTPTypes
package import Hummingbird
package import Logging
import NIOCore
package import Redis
public import ServiceLifecycle

/// Serves a namespace over HTTP: its services, pending entries, dead letters and events, whatever they are about; and what a domain adds.
public struct HTTPService: Service {
  /// What can be asked of it.
  public let routes: [Route]
  private let application: Application<RouterResponder<APIContext>>
  private let publisher: SharedPublisher
  private let sampler: Sampler

  /// A server.
  ///
  /// - Parameters:
  ///   - settings: how it behaves; throws a `ServerMistake` if it can't be served so.
  ///   - deployment: what it serves.
  ///   - catalog: the events that may be published.
  ///   - domain: what its pages have besides those of any domain.
  ///   - opening: opens the namespace for publishing, making it where that is wanted.
  ///   - personal: the names of fields that name a person, which are hidden from those who may not see them.
  ///   - metrics: what this program measures, which is served with how the services are.
  ///   - log: is told of what goes wrong, and of who changes what.
  ///   - onListening: is told where it listens, when it does.
  ///   - more: adds a domain's own routes.
  package init(
    _ settings: ServerSettings, deployment: Deployment, catalog: EventCatalog,
    domain: Site.Domain = Site.Domain(),
    opening open: @escaping @Sendable (Connection) async throws -> Namespace, personal: [String] = [],
    metrics: PrometheusRegistry? = nil,
    log: Logger,
    onListening: @escaping @Sendable (ListenAddress) async -> Void = { _ in },
    adding more: (inout Routes, Site, SharedPublisher) -> Void = { _, _, _ in }
  ) throws {
    if let problem = settings.problem { throw ServerMistake(description: problem) }
    publisher = SharedPublisher(redis: deployment.redis, options: Deployment.options, opening: open)
    let router = Router(context: APIContext.self, options: .autoGenerateHeadEndpoints)
    let known = RouteList()
    let sessions = Sessions()
    let site = try Site(settings, namespace: deployment.name, domain)
    sampler = Sampler(deployment)
    router.add(
      middleware: Envelope(
        routes: { known.routes }, log: log, page: { site.answer(to: $1, $2, $0) }, metrics: RequestMetrics()))
    router.add(middleware: Gate(settings, sessions))
    var routes = Routes(router)
    let mask = JSONMask(personal)
    HealthRoutes(deployment: deployment).add(to: &routes)
    ServiceRoutes(deployment: deployment, mask: mask).add(to: &routes)
    let letters = LetterRoutes(deployment: deployment, mask: mask, record: OperatorRecord(log: log))
    letters.add(to: &routes)
    EventRoutes(deployment: deployment, mask: mask).add(to: &routes)
    PublishRoutes(catalog: catalog, publisher: publisher).add(to: &routes)
    StreamRoutes(sampler: sampler).add(to: &routes)
    MetricsRoutes(registry: metrics, sampler: sampler, more: domain.measures).add(to: &routes)
    SearchRoutes(site: site, deployment: deployment).add(to: &routes)
    OverviewPage(site: site, sampler: sampler).add(to: &routes)
    ServicePage(site: site, sampler: sampler).add(to: &routes)
    PendingPage(site: site, deployment: deployment).add(to: &routes)
    LetterPages(site: site, letters: letters).add(to: &routes)
    EventPages(site: site, deployment: deployment, mask: mask).add(to: &routes)
    LoginPages(site: site, sessions: sessions).add(to: &routes)
    AssetRoutes(site: site).add(to: &routes)
    more(&routes, site, publisher)
    known.set(routes.all)
    self.routes = routes.all
    application = Application(listeningAt: settings.address, router: router, log: log, onListening)
  }

  /// The application that answers, for tests that need no network.
  package var tested: some ApplicationProtocol {
    var application = application
    application.addServices(publisher, sampler)
    return application
  }

  /// Whether a server could not be run because somebody else listens at its address.
  public static func isAddressTaken(_ error: any Error) -> Bool { (error as? IOError)?.errnoCode == EADDRINUSE }

  /// Serves until it is to stop: then nobody new is let in, what is being answered is finished, and what waits is published.
  public func run() async throws {
    var application = application
    // Begun before, ended after: it publishes what the last answers wait for.
    application.addServices(publisher, sampler)
    try await application.run()
  }
}

/// Why a server can't be served as it was asked for.
public struct ServerMistake: Error, Sendable, CustomStringConvertible {
  /// What is wrong, and what to do.
  public let description: String
}
