import EventStreams

/// Something that passes from one place to another.
struct Passed: EventData {
  static let eventType: EventType = "PASSED"
  let from: String
  let to: String
  let number: Int
  var orderingKey: String { from }
  var eventID: String { "PASSED:\(from):\(number)" }

  init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    from = try object["from"]
    to = try object["to"]
    number = try object["number"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("from", from)
      $0.field("to", to)
      $0.field("number", number)
    }
  }
}
