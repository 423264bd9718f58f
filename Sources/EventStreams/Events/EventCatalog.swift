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

  private let readers: [EventType: (version: Int, topic: String, read: Reader)]

  /// A catalog of these types.
  public init(_ types: [any EventData.Type]) {
    var readers: [EventType: (version: Int, topic: String, read: Reader)] = [:]
    for type in types { Self.add(type, to: &readers) }
    self.readers = readers
  }

  private static func add<Data: EventData>(
    _ type: Data.Type, to readers: inout [EventType: (version: Int, topic: String, read: Reader)]
  ) {
    readers[Data.eventType] = (
      Data.version, Data.topic,
      { (object, header, id, key) throws(JSONError) in
        let data: Data = try object["data"]
        return try EncodedEvent(
          data, id: id, key: key, version: header.version, timestamp: header.timestamp,
          traceparent: header.traceparent, asWritten: object)
      }
    )
  }

  /// The names of all types, sorted.
  public var typeNames: [String] { readers.keys.map(\.rawValue).sorted() }

  /// The topic of a type; the standard one for a type that isn't known.
  public func topic(of type: EventType) -> String {
    if let reader = readers[type] { return reader.topic }
    return type == ScheduleRecord.scheduled || type == ScheduleRecord.cancelled
      ? Namespace.scheduleTopic : Namespace.standardTopic
  }

  /// Reads one event; the error names the field that is wrong.
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
    let header = try EventHeader(from: &object, fallbackID: "")
    guard let reader = readers[header.type] else {
      throw JSONError(path: "type", problem: "\"\(header.type)\" is none of \(typeNames.joined(separator: ", "))")
    }
    guard header.version >= 1 else { throw JSONError(path: "version", problem: "\(header.version) is less than 1") }
    guard header.version <= reader.version else {
      throw JSONError(path: "version", problem: "\(header.version) is newer than the newest known, \(reader.version)")
    }
    return try reader.read(&object, header, id, key)
  }
}
