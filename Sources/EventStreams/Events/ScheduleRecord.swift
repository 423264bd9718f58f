/// What the log holds about scheduled events: an event `EVENT_SCHEDULED` for each that waits, which has it in full, and
/// `EVENT_CANCELLED` for each that waits no more. So whoever has the log, or the archive, knows what waits.
///
/// `{"id":"EVENT_SCHEDULED:8f…","type":"EVENT_SCHEDULED","timestamp":…,"key":<the event's id>,"data":{"due":…,"topic":…,"event":{…}}}`
public enum ScheduleRecord {
  /// The type of the record of an event that waits from then on.
  public static let scheduled: EventType = "EVENT_SCHEDULED"
  /// The type of the record of an event that has been cancelled.
  public static let cancelled: EventType = "EVENT_CANCELLED"

  /// The id of the event that a record has wait; nil if it is no such record.
  public static func scheduledID(in record: [UInt8]) -> String? { try? Scheduled(record).id }

  /// An event that a record has wait.
  package struct Scheduled {
    package let id: String
    package let due: Timestamp
    /// The topic that it will stand in.
    package let topic: String
    /// The event's JSON.
    package let json: [UInt8]

    package init(_ record: [UInt8]) throws(JSONError) {
      var parser = JSONParser()
      var object = try parser.parse(record.span).object()
      let type: String = try object["type"]
      guard EventType(rawValue: type) == ScheduleRecord.scheduled else {
        throw JSONError(path: "type", problem: "\(type) is not \(ScheduleRecord.scheduled)")
      }
      let data: Data = try object["data"]
      (id, due, topic, json) = (data.id, data.due, data.topic, data.json)
    }

    private struct Data: JSONReadable {
      let id: String
      let due: Timestamp
      let topic: String
      let json: [UInt8]

      init(from value: borrowing JSONValue) throws(JSONError) {
        var object = try value.object()
        due = try object["due"]
        topic = try object.optional("topic") ?? Namespace.standardTopic
        (id, json) = try object.with("event") { (event) throws(JSONError) in
          var fields = try event.object()
          return (try fields["id"], event.rawBytes.withUnsafeBufferPointer { Array($0) })
        }
      }
    }
  }

  /// The id of the event that a record cancels.
  package static func cancelledID(in record: [UInt8]) throws(JSONError) -> String {
    struct Data: JSONReadable {
      let event: String
      init(from value: borrowing JSONValue) throws(JSONError) {
        var object = try value.object()
        event = try object["event"]
      }
    }
    var parser = JSONParser()
    var object = try parser.parse(record.span).object()
    let data: Data = try object["data"]
    return data.event
  }

  /// Writes the record of an event that is to wait: it ends with the event and two braces.
  static func write(_ event: [UInt8], id: String, topic: String, due: Timestamp, to writer: inout JSONWriter) {
    write(scheduled, about: id, .waits(event, topic: topic, due: due), to: &writer)
  }

  /// Writes the record of an event that waits no more.
  static func writeCancellation(of id: String, to writer: inout JSONWriter) {
    write(cancelled, about: id, .waitsNoMore(id: id), to: &writer)
  }

  private enum Content: JSONWritable {
    case waits([UInt8], topic: String, due: Timestamp)
    case waitsNoMore(id: String)

    func write(to json: inout JSONWriter) {
      json.object { json in
        switch self {
        case .waits(let event, let topic, let due):
          json.field("due", due)
          json.field("topic", topic)
          json.field("event", RawJSON(bytes: event))
        case .waitsNoMore(let id): json.field("event", id)
        }
      }
    }
  }

  private static func write(_ type: EventType, about id: String, _ content: Content, to writer: inout JSONWriter) {
    writer.beginDocument()
    writer.object { json in
      // One of its own each time: what is scheduled once more after it was cancelled is no repetition.
      json.field("id", "\(type):\(Identifier.random())")
      json.field("type", type.rawValue)
      json.field("timestamp", Timestamp.now())
      json.field("key", id)
      json.field("data", content)
    }
  }
}

extension Identifier {
  /// 128 random bits, in hexadecimal digits.
  fileprivate static func random() -> String {
    let digits = (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 16) }
    return digits.map { String(repeating: "0", count: 16 - $0.count) + $0 }.joined()
  }
}

extension Timestamp {
  /// The first whole millisecond of the server's clock at which something that is due at this moment is.
  package var dueMilliseconds: Int64 { max(0, (microsecondsSinceEpoch + 999).floorDivided(by: 1000)) }

  /// The moment that is.
  var inServerTime: Timestamp { Timestamp(millisecondsSinceEpoch: dueMilliseconds) }
}
