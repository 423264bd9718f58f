import Logging
import ServiceLifecycle
import Testing
import Tracing

@testable import SpanJSON
@testable import TraceExport

@Suite("A span") struct TracerTests {
  private static let sampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
  private static let unsampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"

  private struct Fields: Extractor, Injector {
    func extract(key: String, from carrier: [(String, String)]) -> String? { carrier.first { $0.0 == key }?.1 }
    func inject(_ value: String, forKey key: String, into carrier: inout [(String, String)]) {
      carrier.append((key, value))
    }
  }

  private static func context(_ tracer: ExportingTracer, _ traceparent: String, _ state: String? = nil)
    -> ServiceContext
  {
    var context = ServiceContext.topLevel
    tracer.extract(
      [("traceparent", traceparent)] + (state.map { [("tracestate", $0)] } ?? []), into: &context, using: Fields())
    return context
  }

  private static func passedOn(_ tracer: ExportingTracer, _ context: ServiceContext) -> [(String, String)] {
    var fields: [(String, String)] = []
    tracer.inject(context, into: &fields, using: Fields())
    return fields
  }

  @Test("is made of what is recorded, as a part of it, and passes on what came with it")
  func recorded() throws {
    let tracer = ExportingTracer(TraceSettings(endpoint: "http://localhost"))
    let span = tracer.startSpan("outer", context: Self.context(tracer, Self.sampled, "v=1"), ofKind: .server)
    #expect(span.isRecording)
    span.attributes["a"] = "text"
    span.attributes["b"] = 1 << 60
    span.attributes["c"] = true
    span.addLink(SpanLink(context: Self.context(tracer, Self.sampled), attributes: [:]))
    span.recordError(CancellationError())
    span.setStatus(SpanStatus(code: .error))
    let inner = tracer.startSpan("inner", context: span.context, ofKind: .client)
    inner.end()
    span.end()
    span.attributes["late"] = "nothing changes after the end"
    span.end()
    #expect(!span.isRecording)
    let fields = Self.passedOn(tracer, span.context)
    let own = try #require(span.context.traceParent)
    #expect(fields.map(\.0) == ["traceparent", "tracestate"])
    #expect(fields[0].1 == "00-4bf92f3577b34da6a3ce929d0e0e4736-\(own.span.digits)-01")
    #expect(fields[1].1 == "v=1")

    let spans = tracer.queue.take()
    #expect(spans.map(\.name) == ["inner", "outer"])
    #expect(spans[0].parent == own.span)
    #expect(spans[1].parent?.digits == "00f067aa0ba902b7")
    let json = String(
      decoding: JSONWriter.bytes(
        of: TraceRequest(spans: [spans[1]], resource: [.init("service.name", "s")], scope: ("rides", "1"))),
      as: UTF8.self)
    for part in [
      #"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"s"}}]}"#,
      #""scope":{"name":"rides","version":"1"}"#,
      #""traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"\#(own.span.digits)","traceState":"v=1","parentSpanId":"00f067aa0ba902b7","name":"outer","kind":2"#,
      // A whole number of 64 bits is a string there.
      #"{"key":"b","value":{"intValue":"1152921504606846976"}}"#, #"{"key":"c","value":{"boolValue":true}}"#,
      #""status":{"code":2}"#, #"{"key":"exception.type","value":{"stringValue":"CancellationError"}}"#,
      #""links":[{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7""#,
    ] {
      #expect(json.contains(part), "\(json)")
    }
    #expect(!json.contains("late"))
  }

  @Test("is not made of what nobody wants recorded, and that is passed on as it came")
  func unrecorded() {
    let tracer = ExportingTracer(TraceSettings(endpoint: "http://localhost"))
    let span = tracer.startSpan("x", context: Self.context(tracer, Self.unsampled), ofKind: .server)
    #expect(!span.isRecording)
    span.end()
    #expect(Self.passedOn(tracer, span.context).map(\.1) == [Self.unsampled])
    // Nor does a trace begin here that nobody has begun.
    let root = tracer.startSpan("y", context: .topLevel, ofKind: .server)
    root.end()
    #expect(Self.passedOn(tracer, root.context).isEmpty)
    #expect(tracer.queue.take().isEmpty)
  }

  @Test(
    "belongs to nothing where what came can't be read",
    arguments: [
      "", "00", sampled + "-more", "ff" + sampled.dropFirst(2), sampled.uppercased(), "0x" + sampled.dropFirst(2),
      "00-\(String(repeating: "0", count: 32))-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
      "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    ])
  func unreadable(traceparent: String) {
    #expect(TraceParent(traceparent) == nil)
  }

  @Test("of a later version is read as far as it is known")
  func laterVersion() {
    #expect(TraceParent("01" + Self.sampled.dropFirst(2) + "-later")?.isSampled == true)
  }

  @Test("that finds no room, or no collector, is counted, said and dropped; the end does not wait for it")
  func dropped() async throws {
    var settings = TraceSettings(endpoint: "http://127.0.0.1:1/v1/traces")
    settings.longestQueue = 3
    settings.sampler.beginning = 1
    let tracer = ExportingTracer(settings)
    for _ in 0..<5 { tracer.startSpan("x", context: .topLevel, ofKind: .internal).end() }
    let lines = Lines()
    let exporter = SpanExporter(tracer, settings, scope: ("rides", "1"), log: Logger(label: "test") { _ in lines })
    let group = ServiceGroup(services: [exporter], logger: Logger(label: "quiet") { _ in SwiftLogNoOpLogHandler() })
    try await withThrowingTaskGroup { tasks in
      tasks.addTask { try await group.run() }
      await group.triggerGracefulShutdown()
      try await tasks.next()
    }
    #expect(tracer.queue.take().isEmpty)
    // In one line or, if the end came in the middle, in two: none is left unsaid.
    let said = lines.all.map { $0.split(separator: " dropped=") }
    #expect(said.allSatisfy { $0[0] == "spans did not reach the collector; what they tell is lost, and nothing else" })
    #expect(said.reduce(0) { $0 + (Int($1[1]) ?? 0) } == 5, "\(lines.all)")
  }
}
