import EventStreams

/// An event whose data somebody has written.
struct WrittenEvent: JSONWritable {
  let id: String
  let type: EventType
  let timestamp: Timestamp
  let data: String

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("id", id)
      $0.field("type", type.rawValue)
      $0.field("timestamp", timestamp)
      $0.field("key", id)
      $0.field("data", RawJSON(bytes: Array(data.utf8)))
    }
  }
}
