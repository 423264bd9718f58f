import EventStreams

/// A user has got the money for an order back.
struct OrderRefunded: OrderEvent {
  static let eventType: EventType = "ORDER_REFUNDED"
  let orderID: String
  let userID: String
  /// In cents.
  let amount: Int

  init(_ order: OrderRejected) {
    (orderID, userID, amount) = (order.orderID, order.userID, order.amount)
  }

  init(from json: borrowing JSONValue) throws(JSONError) {
    var object = try json.object()
    orderID = try object["orderId"]
    userID = try object["userId"]
    amount = try object["amount"]
  }

  func write(to json: inout JSONWriter) {
    json.object {
      $0.field("orderId", orderID)
      $0.field("userId", userID)
      $0.field("amount", amount)
    }
  }
}
