import EventStreams

/// The stock was too little for an order.
struct OrderRejected: OrderEvent {
  static let eventType: EventType = "ORDER_REJECTED"
  let orderID: String
  let userID: String
  /// In cents.
  let amount: Int
  let reason: String

  init(_ order: OrderPlaced, reason: String) {
    (orderID, userID, amount, self.reason) = (order.orderID, order.userID, order.amount, reason)
  }

  init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    orderID = try object["orderId"]
    userID = try object["userId"]
    amount = try object["amount"]
    reason = try object["reason"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("orderId", orderID)
      $0.field("userId", userID)
      $0.field("amount", amount)
      $0.field("reason", reason)
    }
  }
}
