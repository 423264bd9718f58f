import Testing

@testable import TraceExport

@Suite("Where spans go") struct TraceSettingsTests {
  private static func read(_ variables: KeyValuePairs<String, String>) throws(TraceSettings.Mistake) -> TraceSettings? {
    let pairs = variables.map { ($0, $1) }
    return try TraceSettings(
      environment: TraceSettings.Environment { name in pairs.last { $0.0 == name }?.1 }, service: "rides-payment",
      version: "1.2")
  }

  @Test("nobody asks for any: none are made")
  func none() throws {
    #expect(try Self.read([:]) == nil)
    #expect(try Self.read(["OTEL_EXPORTER_OTLP_ENDPOINT": ""]) == nil)
    for (name, value) in [("OTEL_SDK_DISABLED", "TRUE"), ("OTEL_TRACES_EXPORTER", "none")] {
      let settings = try TraceSettings(
        environment: TraceSettings.Environment { asked in
          asked == name ? value : asked == "OTEL_EXPORTER_OTLP_ENDPOINT" ? "http://localhost:4318" : nil
        }, service: "s", version: "1")
      #expect(settings == nil)
    }
  }

  @Test("is what the environment says")
  func read() throws {
    let usual = try #require(try Self.read(["OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318/"]))
    #expect(usual.endpoint == "http://127.0.0.1:4318/v1/traces")
    #expect(usual.resource == [.init("service.name", "rides-payment"), .init("service.version", "1.2")])
    #expect(usual.sampler == TraceSettings.Sampler())
    #expect(usual.timeout == .seconds(10))

    let all = try #require(
      try Self.read([
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://other:4318",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://collector/own",
        "OTEL_EXPORTER_OTLP_HEADERS": "a=b", "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "authorization=Bearer%20x, other=1",
        "OTEL_EXPORTER_OTLP_TIMEOUT": "250", "OTEL_SERVICE_NAME": "mine",
        "OTEL_RESOURCE_ATTRIBUTES": "service.name=theirs,deployment.environment=test",
        "OTEL_TRACES_SAMPLER": "traceidratio",
        "OTEL_TRACES_SAMPLER_ARG": "0.25", "OTEL_BSP_MAX_QUEUE_SIZE": "10", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "5",
        "OTEL_BSP_SCHEDULE_DELAY": "100", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json",
      ]))
    #expect(all.endpoint == "https://collector/own")
    #expect(all.headers == [.init("authorization", "Bearer x"), .init("other", "1")])
    #expect(all.timeout == .milliseconds(250))
    #expect(
      all.resource == [
        .init("deployment.environment", "test"), .init("service.name", "mine"), .init("service.version", "1.2"),
      ])
    #expect(all.sampler.beginning == 0.25)
    #expect(!all.sampler.followsParent)
    #expect((all.longestQueue, all.largestBatch) == (10, 5))
    #expect(all.delay == .milliseconds(100))
  }

  @Test(
    "is refused where it can't be followed, and never with a secret in the words",
    arguments: [
      ("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "grpc://localhost:4317"),
      ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"), ("OTEL_EXPORTER_OTLP_HEADERS", "secret"),
      ("OTEL_EXPORTER_OTLP_HEADERS", "a=%zz"), ("OTEL_TRACES_SAMPLER", "always"), ("OTEL_TRACES_EXPORTER", "jaeger"),
      ("OTEL_BSP_MAX_QUEUE_SIZE", "0"), ("OTEL_BSP_MAX_QUEUE_SIZE", "1e9"), ("OTEL_BSP_SCHEDULE_DELAY", "-5"),
      ("OTEL_EXPORTER_OTLP_TIMEOUT", "9223372036854775808"),
    ])
  func mistakes(name: String, value: String) throws {
    do throws(TraceSettings.Mistake) {
      _ = try Self.read(["OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318", name: value])
      Issue.record("\(name)=\(value) was followed")
    } catch {
      #expect(error.description.hasPrefix(name))
      #expect(!name.hasSuffix("HEADERS") || !error.description.contains(value))
    }
  }

  @Test("a part of the traces is the same part for all who see them", arguments: [0, 0.25, 1])
  func ratio(part: Double) {
    var sampler = TraceSettings.Sampler()
    sampler.beginning = part
    let traces = (0..<4000).map { _ in TraceID.random() }
    let recorded = traces.filter { sampler.records($0, parent: nil) }
    #expect(abs(Double(recorded.count) / 4000 - part) < 0.05)
    #expect(recorded.allSatisfy { sampler.records($0, parent: nil) })
    // What others have decided counts for more, unless it is not to be followed.
    let unwanted = TraceParent(trace: recorded.first ?? .random(), span: .random(), isSampled: false)
    #expect(!sampler.records(unwanted.trace, parent: unwanted))
    let wanted = TraceParent(trace: .random(), span: .random(), isSampled: true)
    #expect(sampler.records(wanted.trace, parent: wanted))
    sampler.followsParent = false
    #expect(sampler.records(unwanted.trace, parent: unwanted) == (part > 0))
  }
}
