import EventStreams

/// Something noted about a key.
struct Noted: EventData {
  static let eventType: EventType = "NOTED"
  let key: String
  var orderingKey: String { key }

  init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    key = try object["key"]
  }

  func write(to json: inout JSONWriter) {
    json.object { $0.field("key", key) }
  }
}
