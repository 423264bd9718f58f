import SpanJSON
import Tracing

/// Spans as a collector takes them: OTLP 1, in JSON. Identities are hexadecimal digits there, and whole numbers of 64 bits are strings.
struct TraceRequest: JSONWritable {
  let spans: [FinishedSpan]
  let resource: [TraceSettings.Pair]
  /// What makes the spans.
  let scope: (name: String, version: String)

  func write(to json: inout JSONWriter) {
    json.object { json in
      json.field("resourceSpans", [ResourceSpans(request: self)])
    }
  }

  private struct ResourceSpans: JSONWritable {
    let request: TraceRequest

    func write(to json: inout JSONWriter) {
      json.object { json in
        json.field("resource", Resource(pairs: request.resource))
        json.field("scopeSpans", [ScopeSpans(request: request)])
      }
    }
  }

  private struct Resource: JSONWritable {
    let pairs: [TraceSettings.Pair]

    func write(to json: inout JSONWriter) {
      json.object { json in
        json.field("attributes", pairs.map { Attribute(name: $0.name, value: .string($0.value)) })
      }
    }
  }

  private struct ScopeSpans: JSONWritable {
    let request: TraceRequest

    func write(to json: inout JSONWriter) {
      json.object { json in
        json.field("scope", Scope(name: request.scope.name, version: request.scope.version))
        json.field("spans", request.spans)
      }
    }
  }

  private struct Scope: JSONWritable {
    let name: String
    let version: String

    func write(to json: inout JSONWriter) {
      json.object { json in
        json.field("name", name)
        json.field("version", version)
      }
    }
  }
}

extension FinishedSpan: JSONWritable {
  func write(to json: inout JSONWriter) {
    json.object { json in
      json.field("traceId", own.trace.digits)
      json.field("spanId", own.span.digits)
      json.field("traceState", own.state)
      json.field("parentSpanId", parent?.digits)
      json.field("name", name)
      json.field("kind", kind.number)
      json.field("startTimeUnixNano", String(start))
      json.field("endTimeUnixNano", String(end))
      json.field("attributes", attributes.list)
      if !events.isEmpty { json.field("events", events.map(Happening.init)) }
      if !links.isEmpty { json.field("links", links.map { Link(to: $0, attributes: $1) }) }
      if let status { json.field("status", Status(status: status)) }
    }
  }

  private struct Happening: JSONWritable {
    let event: SpanEvent

    init(_ event: SpanEvent) { self.event = event }

    func write(to json: inout JSONWriter) {
      json.object { json in
        json.field("timeUnixNano", String(event.nanosecondsSinceEpoch))
        json.field("name", event.name)
        json.field("attributes", event.attributes.list)
      }
    }
  }

  private struct Link: JSONWritable {
    let to: TraceParent
    let attributes: SpanAttributes

    func write(to json: inout JSONWriter) {
      json.object { json in
        json.field("traceId", to.trace.digits)
        json.field("spanId", to.span.digits)
        json.field("traceState", to.state)
        json.field("attributes", attributes.list)
      }
    }
  }

  private struct Status: JSONWritable {
    let status: SpanStatus

    func write(to json: inout JSONWriter) {
      json.object { json in
        json.field("message", status.message)
        json.field("code", status.code == .ok ? 1 : 2)
      }
    }
  }
}

/// An attribute of a span.
private struct Attribute: JSONWritable {
  let name: String
  let value: SpanAttribute

  func write(to json: inout JSONWriter) {
    json.object { json in
      json.field("key", name)
      json.field("value", Value(value: value))
    }
  }

  private struct Value: JSONWritable {
    let value: SpanAttribute

    func write(to json: inout JSONWriter) {
      json.object { json in
        switch value {
        case .int32(let number): json.field("intValue", String(number))
        case .int64(let number): json.field("intValue", String(number))
        case .double(let number): json.field("doubleValue", number)
        case .bool(let truth): json.field("boolValue", truth)
        case .string(let text): json.field("stringValue", text)
        case .stringConvertible(let text): json.field("stringValue", String(describing: text))
        // Nobody here has lists; a user's are written as text.
        default: json.field("stringValue", String(describing: value))
        }
      }
    }
  }
}

extension SpanAttributes {
  fileprivate var list: [Attribute] {
    var list: [Attribute] = []
    forEach { list.append(Attribute(name: $0, value: $1)) }
    return list
  }
}

extension SpanKind {
  /// As OTLP numbers them.
  fileprivate var number: Int {
    switch self {
    case .internal: 1
    case .server: 2
    case .client: 3
    case .producer: 4
    case .consumer: 5
    }
  }
}
