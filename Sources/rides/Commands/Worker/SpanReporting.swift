import ArgumentParser
import Logging
import ServiceLifecycle
import TraceExport
import Tracing

/// What this process records of traces, where the environment names a collector (`OTEL_EXPORTER_OTLP_ENDPOINT`).
enum SpanReporting {
  /// Has spans recorded from now on: what is made earlier knows nothing of it.
  ///
  /// - Parameter name: what the process is called unless the environment says it.
  /// - Returns: what sends them; it is stopped after whatever records some. Nothing if no collector is named.
  static func begin(as name: String, log: Logger) throws -> [any Service] {
    let settings: TraceSettings?
    do throws(TraceSettings.Mistake) {
      settings = try TraceSettings(environment: .process, service: name, version: Version.current)
    } catch {
      throw ValidationError("\(error)")
    }
    guard let settings else { return [] }
    let tracer = ExportingTracer(settings)
    InstrumentationSystem.bootstrap(tracer)
    log.info("sends spans", metadata: ["collector": "\(settings.endpoint)", "as": "\(name)"])
    return [SpanExporter(tracer, settings, scope: ("rides", Version.current), log: log)]
  }
}
