/// The types of events that a program knows: reads events as users write them, and refuses those that can't be handled.
public struct EventCatalog: Sendable {
  /// The types' names, in the order given.
  public let names: [EventType]
  private let types: [EventType: any EventData.Type]

  /// A catalog of these types.
  public init(_ types: [any EventData.Type]) {
    names = types.map { $0.eventType }
    self.types = Dictionary(types.map { ($0.eventType, $0) }) { first, _ in first }
  }

  /// Reads one event: `{"type":"RIDE_COMPLETED","timestamp":"2026-04-03T10:30:00Z","data":{…}}`, with `id`, `key`,
  /// `version` and `traceparent` optional.
  ///
  /// - Parameter parser: kept from event to event, so that reading allocates little.
  /// - Returns: the event as the log holds it: written anew, in one order of fields and without what nobody reads.
  /// - Throws: what is wrong, with the field's path.
  public func parse(_ json: Span<UInt8>, using parser: inout JSONParser) throws(JSONError) -> EncodedEvent {
    let value = try parser.parse(json)
    var object = try value.object()
    let name: String = try object["type"]
    guard let type = types[EventType(rawValue: name)] else {
      let known = names.map(\.rawValue).joined(separator: ", ")
      throw JSONError(path: "type", problem: "\"\(name.prefix(60))\" is none of \(known)")
    }
    return try Self.read(type, from: &object)
  }

  /// Reads one event.
  public func parse(_ json: [UInt8]) throws(JSONError) -> EncodedEvent {
    var parser = JSONParser()
    return try parse(json.span, using: &parser)
  }

  private static func read<Data: EventData>(
    _ type: Data.Type, from object: inout JSONObject
  ) throws(JSONError) -> EncodedEvent {
    let id: String? = try object.optional("id")
    let version: Int? = try object.optional("version")
    let timestamp: Timestamp = try object["timestamp"]
    let key: String? = try object.optional("key")
    let traceparent: String? = try object.optional("traceparent")
    if let id { try check(id, "id") }
    if let key { try check(key, "key") }
    if let version, version < 1 || version > Data.version {
      throw JSONError(
        path: "version", problem: "\(version) is not one that this program knows: 1 to \(Data.version)")
    }
    let data: Data = try object["data"]
    return EncodedEvent(data, id: id, key: key, timestamp: timestamp, traceparent: traceparent)
  }

  /// Ids and keys become parts of what Redis keeps for each event, and of lines that people read.
  private static func check(_ text: String, _ field: String) throws(JSONError) {
    guard !text.isEmpty else { throw JSONError(path: field, problem: "must not be empty") }
    guard text.utf8.count <= 500 else { throw JSONError(path: field, problem: "is longer than 500 bytes") }
    guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
      throw JSONError(path: field, problem: "must not hold control characters")
    }
  }
}
