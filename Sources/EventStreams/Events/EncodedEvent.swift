/// An event in the bytes it is published as, with what the publisher needs to know of it.
public struct EncodedEvent: Sendable {
  /// The event's identity.
  public let id: String
  /// What happened.
  public let type: EventType
  /// What chooses the shard.
  public let shardKey: String
  /// `{"id":…,"type":…,"timestamp":…,"key":…,"data":{…}}`
  public let json: [UInt8]

  /// Encodes an event.
  ///
  /// - Parameters:
  ///   - id: the event's identity; `data.eventID` if nil.
  ///   - key: what ordering is per; `data.orderingKey` if nil.
  ///   - timestamp: when it happened.
  ///   - traceparent: W3C trace context to pass on.
  public init<Data: EventData>(
    _ data: Data, id: String? = nil, key: String? = nil, timestamp: Timestamp = .now(), traceparent: String? = nil
  ) {
    let id = id ?? data.eventID
    self.id = id
    type = Data.eventType
    shardKey = data.shardKey
    var writer = JSONWriter(reservingCapacity: 768)
    Self.write(data, id: id, key: key, timestamp: timestamp, traceparent: traceparent, to: &writer)
    json = writer.bytes
  }

  /// Writes an event as a document of its own.
  static func write<Data: EventData>(
    _ data: Data, id: String, key: String? = nil, timestamp: Timestamp, traceparent: String?,
    to writer: inout JSONWriter
  ) {
    writer.beginDocument()
    writer.object { json in
      json.field("id", id)
      json.field("type", Data.eventType.rawValue)
      if Data.version > 1 { json.field("version", Data.version) }
      json.field("timestamp", timestamp)
      json.field("key", key ?? data.orderingKey)
      json.field("traceparent", traceparent)
      json.field("data", data)
    }
  }
}
