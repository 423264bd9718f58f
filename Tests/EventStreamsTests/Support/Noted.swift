import EventStreams

/// The event of these tests: something noted, on a key, with a number that counts up per key.
struct Noted: EventData, Hashable {
  static let eventType: EventType = "NOTED"
  var key: String
  var number: Int
  var place: String = "here"

  init(_ key: String, _ number: Int, place: String = "here") {
    self.key = key
    self.number = number
    self.place = place
  }

  init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    key = try object["key"]
    number = try object["number"]
    place = try object.optional("place") ?? "here"
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("key", key)
      $0.field("number", number)
      $0.field("place", place)
    }
  }

  var orderingKey: String { key }
  var shardKey: String { place }
  var eventID: String { "NOTED:\(key):\(number)" }
}
