import Instrumentation
package import Tracing

/// The trace that an event belongs to, as it is passed on: W3C Trace Context.
package struct TraceContext: Sendable, Hashable {
  /// Trace and span, and whether the trace is recorded.
  package let traceparent: String
  /// What other systems have to say of the trace, which is passed on as it came.
  package let tracestate: String?

  /// Takes it for well-formed.
  init(traceparent: String, tracestate: String?) {
    self.traceparent = traceparent
    self.tracestate = tracestate
  }

  /// What is written; nil if nobody can read it, and so nothing is passed on. Of what can be read only in part that part stays.
  package init?(reading traceparent: String?, _ tracestate: String?) {
    guard let traceparent, Traceparent.isValid(traceparent) else { return nil }
    self.init(traceparent: traceparent, tracestate: tracestate.flatMap { Tracestate.isValid($0) ? $0 : nil })
  }

  /// Of what is being done; nil without a tracing back end.
  package static var current: TraceContext? { ServiceContext.current.flatMap { TraceContext(of: $0) } }

  /// Of a span; nil without a tracing back end.
  init?(of context: ServiceContext) {
    var fields = Fields()
    InstrumentationSystem.instrument.inject(context, into: &fields, using: Injection())
    self.init(reading: fields.traceparent, fields.tracestate)
  }

  /// What a span begins in that is part of it.
  package var context: ServiceContext {
    var context = ServiceContext.topLevel
    InstrumentationSystem.instrument.extract(
      Fields(traceparent: traceparent, tracestate: tracestate), into: &context, using: Extraction())
    return context
  }

  /// Whether whoever began the trace wants it recorded.
  var isSampled: Bool {
    // The lower digit of the flags: `00-<trace>-<span>-01`.
    let digit = traceparent.utf8[traceparent.utf8.index(traceparent.utf8.startIndex, offsetBy: 54)]
    return Character(UnicodeScalar(digit)).hexDigitValue.map { $0 & 1 == 1 } ?? false
  }

  private struct Fields {
    var traceparent: String?
    var tracestate: String?
  }

  private struct Extraction: Extractor {
    func extract(key: String, from carrier: Fields) -> String? {
      switch key {
      case "traceparent": carrier.traceparent
      case "tracestate": carrier.tracestate
      default: nil
      }
    }
  }

  private struct Injection: Injector {
    func inject(_ value: String, forKey key: String, into carrier: inout Fields) {
      switch key {
      case "traceparent": carrier.traceparent = value
      case "tracestate": carrier.tracestate = value
      default: break
      }
    }
  }
}
