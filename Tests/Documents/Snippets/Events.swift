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

struct OrderPriced: EventData, JSONRecord {
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

  init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    orderID = try fields("orderId", \.orderID)
    total = try fields("total", \.total)
    currency = try fields("currency", \.currency)
  }
}
