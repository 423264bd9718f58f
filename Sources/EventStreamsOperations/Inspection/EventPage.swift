public import EventStreams

/// Events of the log, the newest first.
public struct EventPage: Sendable {
  /// An event with its place.
  public struct Found: Sendable, JSONWritable {
    /// Where it stands.
    public let place: LogPlace
    /// The topic that it stands in.
    public let topic: String
    /// Its envelope; nil if it is no event.
    public let header: EventHeader?
    /// Its JSON; no JSON if it is no event.
    public let json: [UInt8]

    init(_ entry: Inspector.LogEntry, shard: Int) {
      place = LogPlace(entryID: entry.id, shard: shard)
      topic = entry.topic
      header = try? EventHeader(ofEvent: entry.json.span, fallbackID: entry.id.description)
      json = entry.json
    }

    /// Where it happened, if its data says.
    public var city: String? {
      do throws(JSONError) {
        var parser = JSONParser()
        var event = try parser.parse(json.span).object()
        let data: JSONFields = try event["data"]
        return try data.value("city")
      } catch {
        return nil
      }
    }

    /// Writes it as an object.
    public func write(to json: inout JSONWriter) {
      json.object {
        $0.field("shard", place.shard)
        $0.field("entryId", place.entryID.description)
        $0.field("topic", topic)
        $0.field("recordedAt", place.entryID.recordedAt)
        if header != nil {
          $0.field("event", RawJSON(bytes: self.json))
        } else {
          $0.field("text", String(decoding: self.json, as: UTF8.self))
        }
      }
    }
  }

  /// The newest first.
  public let events: [Found]
  /// Where the next page goes on; nil if this is the last.
  public let next: LogPlace?
}
