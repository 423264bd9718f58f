public import CardGateway
import EventArchive
import EventStreams
public import EventStreamsHTTP
import HiredisClient
public import Logging
public import RideHailing

/// The server of the ride-hailing back end: what any domain's services have, and rides, accounts and prices.
public enum RidesServer {
  /// The fields that say what somebody has paid, has earned, or has.
  private static let money = [
    "fare", "newFare", "amount", "standing", "refunds", "earned", "charges", "earning", "commission", "tips", "tolls",
    "taxes", "cash", "payable", "refunded", "owed",
  ]

  /// Makes it.
  ///
  /// - Parameters:
  ///   - settings: how it behaves; throws a `ServerMistake` if it can't be served so.
  ///   - deployment: the namespace that it serves. Publishing makes it, for all services, if it isn't there.
  ///   - services: what there is.
  ///   - archive: the archive's file, if there is one, for entries of accounts that have left the services' state.
  ///   - notices: checks who has signed what the card gateway tells; nil if nothing is expected of it.
  ///   - gateway: is asked which ride a contested payment was for, which it does not tell by itself; nil to leave such notices out.
  ///   - metrics: what this program measures, which is served with how the services are.
  ///   - log: is told of what goes wrong, and of who changes what.
  ///   - onListening: is told where it listens, when it does.
  public static func make(
    _ settings: ServerSettings, deployment: Deployment, services: RideServices = .standard, archive: String? = nil,
    notices: NoticeSignature? = nil, gateway: CardGatewayClient? = nil, metrics: PrometheusRegistry? = nil,
    log: Logger,
    onListening: @escaping @Sendable (ListenAddress) async -> Void = { _ in }
  ) throws -> HTTPService {
    let name = deployment.name
    let hidden: [Scope: [String]] = [.personal: services.personalFields, .accountsRead: money]
    let books = Books(deployment: deployment, archive: archive)
    let watch = BookWatch(books)
    var domain = RidesSite.domain(books, services, watch)
    domain.hidden = hidden
    domain.sealed = RideServices.sealedFields
    domain.services = [watch]
    return try HTTPService(
      settings, deployment: deployment, catalog: services.catalog, domain: domain,
      opening: { connection in
        try await Namespace.open(
          name, services: services.subscriptions, topics: services.catalog.topics, on: connection)
      },
      metrics: metrics, log: log, onListening: onListening,
      adding: { routes, site, publisher in
        OpenAPIRoute.add(to: &routes)
        RideRoutes(books: books, concealment: Concealment(hidden)).add(to: &routes)
        ActionRoutes(deployment: deployment, publisher: publisher, books: books, services: services).add(to: &routes)
        NoticeRoutes(publisher: publisher, signature: notices, gateway: gateway).add(to: &routes)
        AccountRoutes(books: books).add(to: &routes)
        SurgeRoutes(deployment: deployment).add(to: &routes)
        DisputeRoutes(books: books).add(to: &routes)
        PayoutRoutes(books: books).add(to: &routes)
        let reports = ReportRoutes(books: books)
        reports.add(to: &routes)
        AnalyticsPage(site: site, reports: reports).add(to: &routes)
        ArchivePage(site: site, deployment: deployment, reports: reports, service: services.archive.service)
          .add(to: &routes)
        RidePages(site: site, deployment: deployment, books: books).add(to: &routes)
        PricePage(site: site, deployment: deployment).add(to: &routes)
        AccountPages(site: site, books: books).add(to: &routes)
        ArrearsPage(site: site, books: books).add(to: &routes)
        DisputePage(site: site, books: books).add(to: &routes)
        PayoutPage(site: site, books: books).add(to: &routes)
      })
  }
}
