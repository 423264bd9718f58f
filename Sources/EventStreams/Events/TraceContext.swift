import Instrumentation
import Tracing

/// Carries W3C trace context between an event and the tracing back end.
enum TraceContext {
  /// The context that an event's `traceparent` names.
  static func extract(_ traceparent: String) -> ServiceContext {
    var context = ServiceContext.topLevel
    InstrumentationSystem.instrument.extract(traceparent, into: &context, using: Extraction())
    return context
  }

  /// The `traceparent` of the current context; nil without a tracing back end.
  static var current: String? {
    guard let context = ServiceContext.current else { return nil }
    var traceparent: String?
    InstrumentationSystem.instrument.inject(context, into: &traceparent, using: Injection())
    return traceparent
  }

  private struct Extraction: Extractor {
    func extract(key: String, from carrier: String) -> String? { key == "traceparent" ? carrier : nil }
  }

  private struct Injection: Injector {
    func inject(_ value: String, forKey key: String, into carrier: inout String?) {
      if key == "traceparent" { carrier = value }
    }
  }
}
