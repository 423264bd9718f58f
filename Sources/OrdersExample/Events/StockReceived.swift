import EventStreams

/// A delivery has come in.
struct StockReceived: EventData, JSONRecord {
  static let eventType: EventType = "STOCK_RECEIVED"
  let deliveryID: String
  let item: String
  let quantity: Int

  var orderingKey: String { deliveryID }
  var shardKey: String { Warehouse.shardKey }

  init(deliveryID: String, item: String, quantity: Int) {
    (self.deliveryID, self.item, self.quantity) = (deliveryID, item, quantity)
  }

  init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    deliveryID = try fields("deliveryId", \.deliveryID)
    item = try fields("item", \.item)
    quantity = try fields("quantity", \.quantity, .within(1...1_000_000))
  }
}
