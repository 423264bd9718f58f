import EventStreams

/// A user has got the money for an order back.
struct OrderRefunded: OrderEvent, JSONRecord {
  static let eventType: EventType = "ORDER_REFUNDED"
  let orderID: String
  let userID: String
  /// In cents.
  let amount: Int

  init(_ order: OrderRejected) {
    (orderID, userID, amount) = (order.orderID, order.userID, order.amount)
  }

  init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    orderID = try fields("orderId", \.orderID)
    userID = try fields("userId", \.userID)
    amount = try fields("amount", \.amount)
  }
}
