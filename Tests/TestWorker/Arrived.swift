import EventStreams

/// What has passed to a place, which is in that place's shard.
struct Arrived: EventData {
  static let eventType: EventType = "ARRIVED"
  static let topic = "arrivals"
  let passed: Passed
  var orderingKey: String { passed.from }
  var shardKey: String { passed.to }
  var eventID: String { "ARRIVED:\(passed.from):\(passed.number)" }

  init(_ passed: Passed) { self.passed = passed }
  init(from json: borrowing JSONValue) throws(JSONError) { passed = try Passed(from: json) }
  func write(to json: inout JSONWriter) { passed.write(to: &json) }
}
