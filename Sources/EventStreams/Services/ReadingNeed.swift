/// What it takes to read an event that a worker holds.
enum ReadingNeed: Sendable, Hashable, JSONReadable, JSONWritable {
  /// A handler that reads this version of a type.
  case version(Int, of: Identifier)
  /// A handler of anything in a topic.
  case topic(Identifier)

  init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    if let topic: String = try object.optional("topic") {
      self = .topic(Identifier(topic))
    } else {
      self = .version(try object["version"], of: Identifier(try object["type"] as String))
    }
  }

  func write(to json: inout JSONWriter) {
    json.object {
      switch self {
      case .version(let version, let type):
        $0.field("type", type.text)
        $0.field("version", version)
      case .topic(let topic): $0.field("topic", topic.text)
      }
    }
  }
}
