import EventStreams

/// What is announced about an account, the `number`-th thing. What it was before the deploy that the tests make.
struct Announced: EventData {
  static let eventType: EventType = "ANNOUNCED"
  let account: String
  let number: Int
  var orderingKey: String { account }
  var eventID: String { "\(account):\(number)" }

  init(_ account: String, _ number: Int) {
    self.account = account
    self.number = number
  }

  init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    account = try object["account"]
    number = try object["number"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("account", account)
      $0.field("number", number)
    }
  }
}

/// The same after the deploy: its number has another name.
struct NewlyAnnounced: PlacedEvent {
  static let eventType = Announced.eventType
  static let version = 2
  let account: String
  let place: Int

  static func upcast(_ data: inout JSONFields, from version: Int) throws(JSONError) {
    data.rename("number", to: "place")
  }
}

/// What nobody knew of before the deploy, in a topic of its own; it is counted with the others of its account.
struct AddedLater: PlacedEvent {
  static let eventType: EventType = "ADDED_LATER"
  static let topic = "later"
  let account: String
  let place: Int
}

/// What newer services hear of an account: the thing in that place.
protocol PlacedEvent: EventData {
  var account: String { get }
  var place: Int { get }
  init(account: String, place: Int)
}

extension PlacedEvent {
  var orderingKey: String { account }
  var eventID: String { "\(account):\(place)" }

  init(_ account: String, _ place: Int) { self.init(account: account, place: place) }

  init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    let account: String = try object["account"]
    self.init(account: account, place: try object["place"])
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("account", account)
      $0.field("place", place)
    }
  }
}
