import EventStreams

/// The stock was too little for an order.
struct OrderRejected: OrderEvent, JSONRecord {
  static let eventType: EventType = "ORDER_REJECTED"
  let orderID: String
  let userID: String
  /// In cents.
  let amount: Int
  let reason: String

  init(_ order: OrderPlaced, reason: String) {
    (orderID, userID, amount, self.reason) = (order.orderID, order.userID, order.amount, reason)
  }

  init(_ fields: inout RecordFields<Self>) throws(JSONError) {
    orderID = try fields("orderId", \.orderID)
    userID = try fields("userId", \.userID)
    amount = try fields("amount", \.amount)
    reason = try fields("reason", \.reason)
  }
}
