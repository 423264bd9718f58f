import CoreMetrics
import EventStreamsHTTP

/// What this process measures, where somebody may ask for it.
enum Measuring {
  /// The registry of the process; whoever first asks for it has everything measured from then on.
  static let registry: PrometheusRegistry = {
    let registry = PrometheusRegistry()
    MetricsSystem.bootstrap(registry)
    Gauge(label: "rides_build_info", dimensions: [("version", Version.current)]).record(1)
    return registry
  }()
}
