import EventStreams

/// An event of another topic than `Noted`, about the same keys.
struct Extra: EventData {
  static let eventType: EventType = "EXTRA"
  static let topic = "extras"
  let key: String
  let number: Int

  init(_ key: String, _ number: Int) {
    self.key = key
    self.number = number
  }

  init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    key = try object["key"]
    number = try object["number"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("key", key)
      $0.field("number", number)
    }
  }

  var orderingKey: String { key }
  var shardKey: String { "here" }
  var eventID: String { "EXTRA:\(key):\(number)" }
}
