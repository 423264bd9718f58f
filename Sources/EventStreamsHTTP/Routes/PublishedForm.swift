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

  init(_ request: Request) {
    headers = request.headers
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
    case .structured: event = try CloudEvent.structured(body).read(catalog)
    case .binary: event = try CloudEvent.binary(headers, body).read(catalog)
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
      var parser = JSONParser()
      var fields = try JSONFields(from: parser.parse(body.span))
      let asSent = fields
      if let traceparent = headers[.traceparent], !fields.names.contains("traceparent") {
        // One that nobody can read is not passed on, and no reason to refuse an event.
        fields.set("traceparent", to: traceparent)
      }
      do throws(JSONError) {
        return try catalog.read(JSONWriter.bytes(of: fields).span)
      } catch  where error.path == "traceparent" && !asSent.names.contains("traceparent") {
        return try catalog.read(body.span)
      }
    } catch {
      throw .invalid(error)
    }
  }
}
