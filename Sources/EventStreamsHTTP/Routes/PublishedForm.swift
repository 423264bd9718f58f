import EventStreams
import HTTPTypes
import Hummingbird

/// In which form one event comes, and what the request says of it besides.
struct PublishedForm {
  private enum Form {
    case plain, structured, binary
  }

  private let form: Form
  private let headers: HTTPFields
  /// What an event belongs to that does not say so itself.
  private let trace: TraceContext?

  init(_ request: Request) {
    headers = request.headers
    trace = request.trace
    form =
      request.mediaType == "application/cloudevents+json"
      ? .structured : request.headers[.ceID] == nil ? .plain : .binary
  }

  /// Reads the event.
  ///
  /// - Throws: a `Problem` that names the field that is wrong.
  func event(in body: [UInt8], _ catalog: EventCatalog) throws(Problem) -> EncodedEvent {
    let event: EncodedEvent
    switch form {
    case .structured: event = try CloudEvent.structured(body, in: trace).read(catalog)
    case .binary: event = try CloudEvent.binary(headers, body, in: trace).read(catalog)
    case .plain: event = try plain(body, catalog)
    }
    if let key = headers[.idempotencyKey], !event.id.hasSameBytes(as: key) {
      throw Problem(
        .badRequest, .contradiction,
        "the event's id is '\(event.id)', and that is what makes sending it again harmless; Idempotency-Key says '\(key)': leave it out, or have it say the same"
      )
    }
    return event
  }

  private func plain(_ body: [UInt8], _ catalog: EventCatalog) throws(Problem) -> EncodedEvent {
    do throws(JSONError) {
      return try Self.plain(body, catalog, in: trace)
    } catch {
      throw .invalid(error)
    }
  }

  /// An event in the shape that events have here.
  ///
  /// - Parameter trace: what it belongs to unless it says so itself; nil if there is nothing to say.
  static func plain(
    _ json: [UInt8], _ catalog: EventCatalog, in trace: TraceContext?
  ) throws(JSONError) -> EncodedEvent {
    guard let trace else { return try catalog.read(json.span) }
    var parser = JSONParser()
    var fields = try JSONFields(from: parser.parse(json.span))
    if !fields.names.contains("traceparent") {
      fields.set("traceparent", to: trace.traceparent)
      if let state = trace.tracestate { fields.set("tracestate", to: state) }
    }
    return try catalog.read(JSONWriter.bytes(of: fields).span)
  }
}
