import EventStreams

/// What `Noted` has become: its number is a text since version 2, and its key is called a name since version 3.
struct NotedSince<Version: NotedVersion>: EventData {
  static var eventType: EventType { Noted.eventType }
  static var version: Int { Version.number }
  let name: String
  let number: String

  init(_ name: String, _ number: Int) {
    self.name = name
    self.number = "\(number)"
  }

  init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    name = try Version.number < 3 ? object["key"] : object["name"]
    number = try object["number"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field(Version.number < 3 ? "key" : "name", name)
      $0.field("number", number)
    }
  }

  static func upcast(_ data: inout JSONFields, from version: Int) throws(JSONError) {
    switch version {
    case 1:
      guard let number: Int = try data.value("number") else { throw JSONError(path: "number", problem: "is missing") }
      data.set("number", to: "\(number)")
    default: data.rename("key", to: "name")
    }
  }

  var orderingKey: String { name }
  var shardKey: String { "here" }
  var eventID: String { "NOTED:\(name):\(number)" }
}

protocol NotedVersion: Sendable {
  static var number: Int { get }
}

enum NotedVersion2: NotedVersion { static let number = 2 }
enum NotedVersion3: NotedVersion { static let number = 3 }

typealias Noted2 = NotedSince<NotedVersion2>
typealias Noted3 = NotedSince<NotedVersion3>
