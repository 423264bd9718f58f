import EventStreams
import HTTPTypes
import Hummingbird

/// An event in the shape of CloudEvents 1.0.2: `id`, `type`, `time`, `partitionkey`, `traceparent` and `data` are the event's own, and `source`
/// stays beside them.
struct CloudEvent {
  private var event = JSONFields()

  /// The same in the shape that events have here.
  func read(_ catalog: EventCatalog) throws(Problem) -> EncodedEvent {
    do throws(JSONError) {
      return try catalog.read(JSONWriter.bytes(of: event).span)
    } catch {
      throw .invalid(error)
    }
  }

  /// One whose attributes stand in its JSON.
  static func structured(_ json: [UInt8], in trace: TraceContext? = nil) throws(Problem) -> CloudEvent {
    do throws(JSONError) {
      var parser = JSONParser()
      let fields = try JSONFields(from: parser.parse(json.span))
      var cloud = CloudEvent()
      try cloud.take(in: trace) { (name) throws(JSONError) in try fields.value(name, as: String.self) }
      if fields.names.contains("data_base64") {
        throw JSONError(path: "data_base64", problem: "data is JSON here: send it as data")
      }
      guard let data = try fields.value("data", as: JSONFields.self) else {
        throw JSONError(path: "data", problem: "is missing")
      }
      cloud.event.set("data", to: data)
      return cloud
    } catch {
      throw .invalid(error)
    }
  }

  /// One whose attributes stand in header fields, and whose data is the body.
  static func binary(
    _ headers: HTTPFields, _ body: [UInt8], in trace: TraceContext? = nil
  ) throws(Problem) -> CloudEvent {
    do throws(JSONError) {
      var cloud = CloudEvent()
      try cloud.take(in: trace) { name in HTTPField.Name("ce-\(name)").flatMap { headers[$0] }?.fromAddress }
      var parser = JSONParser()
      cloud.event.set("data", to: try JSONFields(from: parser.parse(body.span)))
      return cloud
    } catch {
      throw .invalid(error)
    }
  }

  /// - Parameter trace: what it belongs to unless it says so itself.
  private mutating func take(
    in trace: TraceContext?, _ attribute: (String) throws(JSONError) -> String?
  ) throws(JSONError) {
    guard let version = try attribute("specversion") else {
      throw JSONError(path: "specversion", problem: "is missing")
    }
    guard version == "1.0" else {
      throw JSONError(path: "specversion", problem: "is \"\(version)\", and 1.0 is known here")
    }
    for (name, field) in [("id", "id"), ("type", "type")] {
      guard let value = try attribute(name) else { throw JSONError(path: name, problem: "is missing") }
      event.set(field, to: value)
    }
    guard let source = try attribute("source") else { throw JSONError(path: "source", problem: "is missing") }
    event.set("timestamp", to: try attribute("time") ?? Timestamp.now().description)
    if let key = try attribute("partitionkey") { event.set("key", to: key) }
    let own = try attribute("traceparent")
    if let traceparent = own ?? trace?.traceparent { event.set("traceparent", to: traceparent) }
    if let state = own == nil ? trace?.tracestate : try attribute("tracestate") { event.set("tracestate", to: state) }
    event.set("source", to: source)
  }

  /// The documents of a batch.
  static func documents(in json: [UInt8]) throws(Problem) -> [[UInt8]] {
    do throws(JSONError) {
      var parser = JSONParser()
      let value = try parser.parse(json.span)
      return try [JSONFields](from: value).map { JSONWriter.bytes(of: $0) }
    } catch {
      throw .malformed(error.description, pointer: error.pointer)
    }
  }
}
