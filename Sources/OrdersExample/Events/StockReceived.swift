import EventStreams

/// A delivery has come in.
struct StockReceived: EventData {
  static let eventType: EventType = "STOCK_RECEIVED"
  let deliveryID: String
  let item: String
  let quantity: Int

  var orderingKey: String { deliveryID }
  var shardKey: String { Warehouse.shardKey }

  init(deliveryID: String, item: String, quantity: Int) {
    (self.deliveryID, self.item, self.quantity) = (deliveryID, item, quantity)
  }

  init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    deliveryID = try object["deliveryId"]
    item = try object["item"]
    quantity = try object["quantity"]
    guard quantity > 0 else { throw JSONError(path: "quantity", problem: "\(quantity) is not above 0") }
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("deliveryId", deliveryID)
      $0.field("item", item)
      $0.field("quantity", quantity)
    }
  }
}
