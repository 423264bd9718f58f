import Hummingbird
public import Logging
public import ServiceLifecycle

/// Serves what a worker measures, and nothing else: `/metrics` and `/health/live`. It names no event and no person, so it asks for no token.
public struct MetricsService: Service {
  private let address: ListenAddress
  private let registry: PrometheusRegistry
  private let log: Logger
  private let onListening: @Sendable (ListenAddress) async -> Void

  /// A server of metrics.
  ///
  /// - Parameters:
  ///   - address: where it listens.
  ///   - registry: what it serves.
  ///   - log: is told of what goes wrong.
  ///   - onListening: is told where it listens, when it does.
  public init(
    _ address: ListenAddress, of registry: PrometheusRegistry, log: Logger,
    onListening: @escaping @Sendable (ListenAddress) async -> Void = { _ in }
  ) {
    self.address = address
    self.registry = registry
    self.log = log
    self.onListening = onListening
  }

  /// Serves until it is to stop.
  public func run() async throws {
    let router = Router(context: BasicRequestContext.self)
    router.get("/metrics") { [registry] _, _ in Response.metrics(registry.text) }
    router.get("/health/live") { _, _ in "ok" }
    try await Application(listeningAt: address, router: router, log: log, onListening).run()
  }
}
