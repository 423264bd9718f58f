/// The event types a program knows: reads and checks events in the shape that users publish them in.
///
/// `{"type":"RIDE_COMPLETED","timestamp":"2026-04-03T10:30:00Z","data":{…}}`, and optionally `id`, `key`, `version` and
/// `traceparent`. What is logged has `id` and `key`, and the time in UTC; the rest of it, `data` above all, stays as it was
/// written, with fields that nobody knows and numbers to their last digit. Only blanks between the tokens go.
///
/// It is the door: no field of an object may come twice, an event has at most `EncodedEvent.longest` bytes, and `id`, `key` and the
/// data's shard key keep the rule of `Identifier.check`.
public struct EventCatalog: Sendable {
  private typealias Reader =
    @Sendable (inout JSONObject, EventHeader, _ id: String?, _ key: String?) throws(JSONError) -> EncodedEvent

  private typealias Known = (
    version: Int, topic: String, read: Reader,
    lift: @Sendable (borrowing JSONValue, _ version: Int) throws(JSONError) -> JSONFields
  )

  private let known: [EventType: Known]

  /// A catalog of these types.
  public init(_ types: [any EventData.Type]) {
    var known: [EventType: Known] = [:]
    for type in types { Self.add(type, to: &known) }
    self.known = known
  }

  private static func add<Data: EventData>(_ type: Data.Type, to known: inout [EventType: Known]) {
    known[Data.eventType] = (
      Data.version, Data.topic,
      { (object, header, id, key) throws(JSONError) in
        let data = try Data(ofEvent: &object, version: header.version)
        return try EncodedEvent(
          data, id: id, key: key, version: header.version, timestamp: header.timestamp,
          trace: header.trace, asWritten: object)
      },
      { (data, version) throws(JSONError) in try Data.lifted(data, version: version) }
    )
  }

  /// The names of all types, sorted.
  public var typeNames: [String] { known.keys.map(\.rawValue).sorted() }

  /// The topics of all types, sorted.
  public var topics: [String] { Set(names: known.values.map(\.topic)).sorted().map(\.text) }

  /// The topic of a type; the standard one for a type that isn't known.
  public func topic(of type: EventType) -> String {
    if let known = known[type] { return known.topic }
    return type == ScheduleRecord.scheduled || type == ScheduleRecord.cancelled
      ? Namespace.scheduleTopic : Namespace.standardTopic
  }

  /// Refuses an event of a newer version than is known here: whoever reckons with all events must not go on without it.
  ///
  /// - Throws: a `NewerEvent`.
  public func checkVersion(of header: EventHeader) throws(NewerEvent) {
    if let known = known[header.type], header.version > known.version { throw NewerEvent(header, known: known.version) }
  }

  /// Calls `body` with an event's data, lifted if it is of an older version than is known here: for what asks many types the same.
  ///
  /// Data of a type that isn't known, or of a newer version, is shown as it is.
  public func withData<Result>(
    ofEvent json: Span<UInt8>, _ body: (borrowing JSONValue) throws(JSONError) -> Result
  ) throws(JSONError) -> Result {
    var parser = JSONParser()
    var event = try parser.parse(json).object()
    let type: String? = try event.optional("type")
    let version: Int = try event.optional("version") ?? 1
    guard let known = type.flatMap({ known[EventType(rawValue: $0)] }), (1..<known.version).contains(version) else {
      return try event.with("data", body)
    }
    let lifted = try event.with("data") { (data) throws(JSONError) in try known.lift(data, version) }
    return try lifted.with(body)
  }

  /// Reads one event, of whatever version that is known; the error names the field that is wrong.
  public func read(_ json: Span<UInt8>) throws(JSONError) -> EncodedEvent {
    var parser = JSONParser()
    let value = try parser.parse(json)
    var object = try value.object()
    try value.checkFieldsAreDistinct()
    let id: String? = try object.optional("id")
    let key: String? = try object.optional("key")
    if let id { try Identifier.check(id, "id") }
    if let key { try Identifier.check(key, "key") }
    if let traceparent: String = try object.optional("traceparent") { try Traceparent.check(traceparent) }
    if let tracestate: String = try object.optional("tracestate") { try Tracestate.check(tracestate) }
    let header = try EventHeader(from: &object, fallbackID: "")
    guard let known = known[header.type] else {
      throw JSONError(path: "type", problem: "\"\(header.type)\" is none of \(typeNames.joined(separator: ", "))")
    }
    return try known.read(&object, header, id, key)
  }
}
