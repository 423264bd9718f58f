import EventStreams

/// The code of the documents stands here, where it is compiled; a test compares the two.
struct RideCompleted: ReadableEventData {
  static let eventType: EventType = "RIDE_COMPLETED"
  static let topic = "rides"
  let driverID: String

  init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    driverID = try object["driverId"]
  }
}

struct OrderPriced: EventData {
  static let eventType: EventType = "ORDER_PRICED"
  static let version = 3

  static func upcast(_ data: inout JSONFields, from version: Int) throws(JSONError) {
    switch version {
    case 1: data.rename("sum", to: "total")
    default: data.set("currency", to: "USD")
    }
  }

  let orderID: String
  let total: Int
  let currency: String
  var orderingKey: String { orderID }

  init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    orderID = try object["orderId"]
    total = try object["total"]
    currency = try object["currency"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("orderId", orderID)
      $0.field("total", total)
      $0.field("currency", currency)
    }
  }
}
