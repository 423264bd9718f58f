/// The event types a program knows: reads and checks events in the shape that users publish them in.
///
/// `{"type":"RIDE_COMPLETED","timestamp":"2026-04-03T10:30:00Z","data":{…}}`, and optionally `id`, `key`, `version` and
/// `traceparent`. What is logged is written anew from what was read, with `id` and `key`.
public struct EventCatalog: Sendable {
  private typealias Reader =
    @Sendable (borrowing JSONValue, EventHeader, String?, String?) throws(JSONError) -> EncodedEvent

  private let readers: [EventType: (version: Int, read: Reader)]

  /// A catalog of these types.
  public init(_ types: [any EventData.Type]) {
    var readers: [EventType: (version: Int, read: Reader)] = [:]
    for type in types { Self.add(type, to: &readers) }
    self.readers = readers
  }

  private static func add<Data: EventData>(
    _ type: Data.Type, to readers: inout [EventType: (version: Int, read: Reader)]
  ) {
    readers[Data.eventType] = (
      Data.version,
      { (json, header, id, key) throws(JSONError) in
        EncodedEvent(
          try Data(from: json), id: id, key: key, timestamp: header.timestamp, traceparent: header.traceparent)
      }
    )
  }

  /// The names of all types, sorted.
  public var typeNames: [String] { readers.keys.map(\.rawValue).sorted() }

  /// Reads one event; the error names the field that is wrong.
  public func read(_ json: Span<UInt8>) throws(JSONError) -> EncodedEvent {
    var parser = JSONParser()
    let value = try parser.parse(json)
    var object = try value.object()
    let id: String? = try object.optional("id")
    let key: String? = try object.optional("key")
    let header = try EventHeader(from: &object, fallbackID: "")
    guard let reader = readers[header.type] else {
      throw JSONError(path: "type", problem: "\"\(header.type)\" is none of \(typeNames.joined(separator: ", "))")
    }
    guard header.version <= reader.version else {
      throw JSONError(path: "version", problem: "\(header.version) is newer than the newest known, \(reader.version)")
    }
    for (name, text) in [("id", id), ("key", key)] {
      guard let text else { continue }
      guard !text.isEmpty, text.utf8.count <= 512 else {
        throw JSONError(path: name, problem: "must have 1 to 512 bytes")
      }
    }
    return try object.with("data") { (data) throws(JSONError) in try reader.read(data, header, id, key) }
  }
}
