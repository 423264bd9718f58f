public import Tracing

/// Makes spans of what is recorded, and passes on where they belong (W3C Trace Context); a `SpanExporter` sends them.
public struct ExportingTracer: Tracer {
  private let sampler: TraceSettings.Sampler
  let queue: SpanQueue

  /// A tracer.
  ///
  /// - Parameter settings: which spans are made, and how many wait to be sent.
  public init(_ settings: TraceSettings) {
    sampler = settings.sampler
    queue = SpanQueue(longest: settings.longestQueue, batch: settings.largestBatch)
  }

  /// Begins a span, if its trace is recorded.
  public func startSpan<Instant: TracerInstant>(
    _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
    at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
  ) -> ExportedSpan {
    var context = context()
    let parent = context.traceParent
    let trace = parent?.trace ?? .random()
    // What isn't recorded leaves the context as it is: whoever comes next decides by what began the trace.
    guard sampler.records(trace, parent: parent) else { return ExportedSpan(context: context) }
    let own = TraceParent(trace: trace, span: .random(), isSampled: true, state: parent?.state)
    context.traceParent = own
    let span = FinishedSpan(
      own: own, parent: parent?.span, name: operationName, kind: kind, start: instant().nanosecondsSinceEpoch)
    return ExportedSpan(context: context, recording: ExportedSpan.Recording(span, queue))
  }

  /// What waits is sent by the exporter while it runs, and at its end.
  public func forceFlush() {}

  /// Reads where spans belong.
  public func extract<Carrier, Extract: Extractor>(
    _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
  ) where Extract.Carrier == Carrier {
    guard let text = extractor.extract(key: TraceParent.field, from: carrier) else { return }
    context.traceParent = TraceParent(text, state: extractor.extract(key: TraceParent.stateField, from: carrier))
  }

  /// Writes where spans belong.
  public func inject<Carrier, Inject: Injector>(
    _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
  ) where Inject.Carrier == Carrier {
    guard let parent = context.traceParent else { return }
    injector.inject(parent.text, forKey: TraceParent.field, into: &carrier)
    if let state = parent.state { injector.inject(state, forKey: TraceParent.stateField, into: &carrier) }
  }
}
