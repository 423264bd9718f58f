/// An event in the bytes it is published as, with what the publisher needs to know of it.
public struct EncodedEvent: Sendable {
  /// The event's identity.
  public let id: String
  /// What happened.
  public let type: EventType
  /// The family of types that its type is of.
  public let topic: String
  /// What chooses the shard.
  public let shardKey: String
  /// `{"id":…,"type":…,"timestamp":…,"key":…,"data":{…}}`
  public let json: [UInt8]

  /// The most bytes that an event's JSON may have: 64 KiB. A longer one is not published.
  public static let longest = 65_536

  /// Encodes an event.
  ///
  /// - Parameters:
  ///   - data: what happened.
  ///   - id: the event's identity; `data.eventID` if nil.
  ///   - key: what ordering is per; `data.orderingKey` if nil.
  ///   - timestamp: when it happened.
  ///   - traceparent: W3C trace context to pass on.
  public init<Data: EventData>(
    _ data: Data, id: String? = nil, key: String? = nil, timestamp: Timestamp = .now(), traceparent: String? = nil
  ) {
    self.init(
      data, id: id, key: key, timestamp: timestamp,
      trace: traceparent.map { TraceContext(traceparent: $0, tracestate: nil) })
  }

  /// Encodes an event that belongs to a trace.
  package init<Data: EventData>(
    _ data: Data, id: String? = nil, key: String? = nil, timestamp: Timestamp = .now(), trace: TraceContext?
  ) {
    let id = id ?? data.eventID
    self.id = id
    type = Data.eventType
    topic = Data.topic
    shardKey = data.shardKey
    var writer = JSONWriter(reservingCapacity: 768)
    Self.write(data, id: id, key: key, timestamp: timestamp, trace: trace, to: &writer)
    json = writer.bytes
  }

  /// An event as its producer wrote it, of which `data` was read and checked: with id and key, and with all else as it is.
  ///
  /// - Parameter version: of the data's shape as it is written.
  init<Data: EventData>(
    _ data: Data, id: String?, key: String?, version: Int, timestamp: Timestamp, trace: TraceContext?,
    asWritten object: borrowing JSONObject
  ) throws(JSONError) {
    let (id, key) = (id ?? data.eventID, key ?? data.orderingKey)
    try Identifier.check(id, "id")
    try Identifier.check(key, "key")
    try Identifier.check(data.shardKey, "data")
    self.id = id
    type = Data.eventType
    topic = Data.topic
    shardKey = data.shardKey
    var writer = JSONWriter(reservingCapacity: object.value.rawBytes.count + 128)
    writer.object { json in
      Self.writeEnvelope(Data.eventType, version, id: id, key: key, timestamp, trace, to: &json)
      object.forEachToken { name, value in
        if !Envelope<String>.fields.contains(where: { name.isString($0) }) { json.field(asWritten: name, value) }
      }
    }
    json = writer.bytes
    guard json.count <= Self.longest else {
      throw JSONError(problem: "has \(json.count) bytes; an event has at most \(Self.longest)")
    }
  }

  /// Writes an event as a document of its own.
  static func write<Data: EventData>(
    _ data: Data, id: String, key: String? = nil, timestamp: Timestamp, trace: TraceContext?,
    to writer: inout JSONWriter
  ) {
    writer.beginDocument()
    writer.object { json in
      writeEnvelope(
        Data.eventType, Data.version, id: id, key: key ?? data.orderingKey, timestamp, trace, to: &json)
      json.field("data", data)
    }
  }

  private static func writeEnvelope(
    _ type: EventType, _ version: Int, id: String, key: String, _ timestamp: Timestamp, _ trace: TraceContext?,
    to json: inout JSONWriter
  ) {
    json.field("id", id)
    json.field("type", type.rawValue)
    if version > 1 { json.field("version", version) }
    json.field("timestamp", timestamp)
    json.field("key", key)
    guard let trace else { return }
    json.field("traceparent", trace.traceparent)
    json.field("tracestate", trace.tracestate)
  }
}
