import EventStreams

/// As `Noted`, but of a topic of its own.
struct Remarked: EventData, Hashable {
  static let eventType: EventType = "REMARKED"
  static let topic = "remarks"
  var noted: Noted

  init(_ key: String, _ number: Int, place: String = "here") { noted = Noted(key, number, place: place) }
  init(from json: borrowing JSONValue) throws(JSONError) { noted = try Noted(from: json) }
  func write(to json: inout JSONWriter) { noted.write(to: &json) }

  var orderingKey: String { noted.key }
  var shardKey: String { noted.place }
  var eventID: String { "REMARKED:\(noted.key):\(noted.number)" }
}
